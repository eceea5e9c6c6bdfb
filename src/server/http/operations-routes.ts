import type { Registry } from "prom-client";
import type { ServingState } from "../serving-state.ts";
import { type HttpHandler, sendText } from "./http-server.ts";

/** What operators and their tools ask: is it alive, is it ready, how is it doing. */
export function operationsRoutes(
  state: ServingState,
  registry: Registry,
): Readonly<Record<string, HttpHandler>> {
  return {
    "/livez": (_request, response) => sendText(response, 200, "alive"),
    "/readyz": (_request, response) =>
      sendText(response, state.phase === "serving" ? 200 : 503, state.phase),
    "/metrics": async (_request, response) => {
      const text = await registry.metrics();
      response.writeHead(200, { "content-type": registry.contentType }).end(text);
    },
  };
}

import type { ServingState } from "../serving-state.ts";
import { type HttpHandler, sendText } from "./http-server.ts";

/** Figures that can be written down. */
interface Figures {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** What operators and their tools ask: is it alive, is it ready, how is it doing. */
export function operationsRoutes(
  state: ServingState,
  figures: Figures,
): Readonly<Record<string, HttpHandler>> {
  return {
    "/livez": (_request, response) => sendText(response, 200, "alive"),
    "/readyz": (_request, response) =>
      sendText(response, state.phase === "serving" ? 200 : 503, state.phase),
    "/metrics": async (_request, response) => {
      const text = await figures.metrics();
      response.writeHead(200, { "content-type": figures.contentType }).end(text);
    },
  };
}

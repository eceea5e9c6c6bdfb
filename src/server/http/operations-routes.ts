import type { ServingState } from "../../lifecycle/serving-state.ts";
import { type HttpHandler, sendText } from "./http-server.ts";

/** Figures that can be written down. */
interface Figures {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Why a server is not ready whose queue answers. */
const troubles = {
  full: "serving, but the disk behind the queue is full: what is new is refused",
  damaged: "serving, but the queue's file was damaged and is replaced: the log says where it is",
} as const;

/** What operators and their tools ask: is it alive, is it ready, how is it doing. */
export function operationsRoutes(
  state: ServingState,
  figures: Figures,
  trouble: () => keyof typeof troubles | null,
): Readonly<Record<string, HttpHandler>> {
  let underWay: Promise<string> | null = null;
  // A client may send thousands of requests at once, and each text takes time and memory.
  const shared = () => {
    underWay ??= figures.metrics().finally(() => {
      underWay = null;
    });
    return underWay;
  };
  return {
    "/livez": (_request, response) => sendText(response, 200, "alive"),
    "/readyz": (_request, response) => {
      const wrong = trouble();
      if (state.phase === "serving" && wrong !== null) sendText(response, 503, troubles[wrong]);
      else sendText(response, state.phase === "serving" ? 200 : 503, state.phase);
    },
    "/metrics": async (_request, response) => {
      const text = await shared();
      response.writeHead(200, { "content-type": figures.contentType }).end(text);
    },
  };
}

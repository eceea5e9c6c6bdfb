import type { ServerUnaryCall } from "@grpc/grpc-js";
import type { ModelDefinition } from "../../data-models/model-definition.ts";
import { AlreadyRegisteredError } from "../../errors/already-registered-error.ts";
import type { Empty, modelDefinition } from "../../generated/model.ts";
import { sessionOf } from "./http2-session.ts";

const maxPeers = 10_000;

/** Tells each connection once what the model is (ARENA-5, ARENA-6). */
export function createRegisterModel(definition: ModelDefinition) {
  const answer: modelDefinition = {
    needs_text: definition.needsText,
    needs_image: definition.needsImage,
    can_text: definition.canText,
    can_image: definition.canImage,
    modelID: definition.modelID,
  };
  const sessions = new WeakSet<object>();
  const peers = new Set<string>();
  return async (
    _request: Empty,
    call: ServerUnaryCall<Empty, modelDefinition>,
  ): Promise<modelDefinition> => {
    const session = sessionOf(call);
    const isKnown = session ? sessions.has(session) : peers.has(call.getPeer());
    if (isKnown) throw new AlreadyRegisteredError();
    // A peer's address is second best: its port may come again with another connection.
    if (session) sessions.add(session);
    else if (peers.size < maxPeers) peers.add(call.getPeer());
    return answer;
  };
}

import type { ArenaClient } from "../../client/arena-client.ts";
import { rpcFailure } from "../../client/rpc-error.ts";
import type { modelDefinition } from "../../generated/model.ts";
import { withoutFullStop } from "../../text/full-stop.ts";
import { CommandError } from "../command.ts";

/** Asks a container what it is. @throws CommandError, with what to do, when it does not say */
export async function introduce(client: ArenaClient, address: string): Promise<modelDefinition> {
  const call = client.registerModel();
  const failure = await rpcFailure(call);
  if (!failure) return await call;
  switch (failure.code) {
    case "OUT_OF_RANGE":
      throw new CommandError(
        1,
        `The container at ${address} does not say what it is (${withoutFullStop(failure.message)}): some containers register once in their life, and another orchestrator has done it. Say which model to ask: --model-id NAME.`,
      );
    case "UNAVAILABLE":
    case "DEADLINE_EXCEEDED":
      throw new CommandError(
        1,
        `Nothing answers at ${address} (${withoutFullStop(failure.details)}). Start the container, or check host and port; if it speaks TLS, give --tls or --tls-ca FILE.`,
      );
    default:
      throw new CommandError(
        1,
        `What answers at ${address} does not behave as an arena model container (${withoutFullStop(failure.message)}). Check host and port.`,
      );
  }
}

/** What a model can handle, in words. */
export function describeDefinition(definition: modelDefinition): string {
  const { needs_text, needs_image, can_text, can_image } = definition;
  return `handles ${words(can_text, can_image)}, needs ${words(needs_text, needs_image)}`;
}

function words(text: boolean, image: boolean): string {
  if (text) return image ? "text and images" : "text";
  return image ? "images" : "nothing";
}

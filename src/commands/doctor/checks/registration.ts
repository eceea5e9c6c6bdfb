import type { ArenaClient } from "../../../client/arena-client.ts";
import { rpcFailure } from "../../../client/rpc-error.ts";
import { asSentence } from "../../../text/full-stop.ts";
import type { Check } from "../check.ts";
import { broken, ok } from "../finding.ts";
import { inMs } from "../judge.ts";

/** Whether anything answers gRPC at the address. */
export const reachable: Check = {
  requirement: "ARENA-3",
  title: "answers gRPC at the address",
  stage: "first",
  needs: "nothing",
  prompts: 0,
  others: 0,
  async run(target) {
    const { failure, tookMs } = await target.introduction();
    const how = target.connection.tls
      ? "TLS (the arena itself connects in plaintext)"
      : "plaintext";
    if (!failure || (await target.isReachable())) return ok(`${how}, first call ${inMs(tookMs)}`);
    return broken(
      `${how}: ${asSentence(failure.message)} Is it running, on all interfaces, and does it speak ${target.connection.tls ? "TLS" : "plaintext (--tls if not)"}?`,
      "The orchestrator cannot connect; the model does not exist for the arena.",
    );
  },
};

/** Whether the container says what it is. */
export const definition: Check = {
  requirement: "ARENA-5",
  title: "registerModel answers the definition",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  async run(target) {
    const { definition, failure } = await target.introduction();
    if (failure?.code === "OUT_OF_RANGE") {
      return broken(
        `${asSentence(failure.message)} It was registered before; restart it, or give --model-id`,
        "The orchestrator never learns that the model exists.",
      );
    }
    if (failure)
      return broken(failure.message, "The orchestrator never learns that the model exists.");
    if (!definition?.modelID) {
      return broken("the modelID is empty", "No task can choose the model.");
    }
    const { needs_text, needs_image, can_text, can_image } = definition;
    return ok(
      `modelID ${JSON.stringify(definition.modelID)}, needs ${list(needs_text, needs_image)}, can ${list(can_text, can_image)}`,
    );
  },
};

function list(text: boolean, image: boolean): string {
  return [text && "text", image && "image"].filter(Boolean).join(" and ") || "nothing";
}

/** Whether registerModel ends a connection's loop, and lets another connection register. */
export const registrationEnds: Check = {
  requirement: "ARENA-6",
  title: "registerModel: once per connection, again on a new one",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  async run(target) {
    await target.introduction();
    const timeoutMs = target.timeouts.callMs;
    const client = target.connect();
    const first = await register(client, timeoutMs);
    if (first !== "OK") {
      return broken(
        `a new connection gets ${first}: this container registers once in its life, and the doctor's call was that once`,
        "An orchestrator that restarts cannot register the model again. Restart the container before the arena uses it.",
      );
    }
    const second = await register(client, timeoutMs);
    if (second === "OK") {
      return broken(
        "the second call of a connection gets OK",
        "The platform's orchestrator calls registerModel without end, more than a thousand times a second.",
      );
    }
    const again = await register(target.connect(), timeoutMs);
    return again === "OK"
      ? ok(`second call ${second}, new connection OK`)
      : broken(
          `the third connection gets ${again}`,
          "An orchestrator that restarts cannot register the model again.",
        );
  },
};

async function register(client: ArenaClient, timeoutMs: number): Promise<string> {
  return (await rpcFailure(client.registerModel({ timeoutMs })))?.code ?? "OK";
}

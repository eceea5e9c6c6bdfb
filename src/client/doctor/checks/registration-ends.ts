import type { ArenaClient } from "../../arena-client.ts";
import { rpcFailure } from "../../rpc-failure.ts";
import type { Check } from "../check.ts";
import { broken, ok } from "../finding.ts";

/** Whether registerModel ends a connection's loop, and lets another connection register. */
export const registrationEnds: Check = {
  requirement: "ARENA-6",
  title: "registerModel: once per connection, again on a new one",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  async run(patient) {
    await patient.introduction();
    const timeoutMs = patient.patience.callMs;
    const client = patient.connect();
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
    const again = await register(patient.connect(), timeoutMs);
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

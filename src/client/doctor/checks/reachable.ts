import { asSentence } from "../../../errors/full-stop.ts";
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
  async run(patient) {
    const { failure, tookMs } = await patient.introduction();
    const how = patient.connection.tls
      ? "TLS (the arena itself connects in plaintext)"
      : "plaintext";
    if (!failure || (await patient.isReachable())) return ok(`${how}, first call ${inMs(tookMs)}`);
    return broken(
      `${how}: ${asSentence(failure.message)} Is it running, on all interfaces, and does it speak ${patient.connection.tls ? "TLS" : "plaintext (--tls if not)"}?`,
      "The orchestrator cannot connect; the model does not exist for the arena.",
    );
  },
};

import { rpcFailure } from "../../../client/rpc-error.ts";
import type { Check } from "../check.ts";
import { broken, ok } from "../finding.ts";

/** Whether metrics are taken, whatever they look like. */
export const metrics: Check = {
  requirement: "ARENA-21",
  title: "publishMetrics takes JSON, other text, another model's",
  stage: "together",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(target) {
    const modelID = (await target.modelID()) ?? "";
    const client = target.connect();
    const cases = [
      { name: "JSON", modelID, metrics: '{"arena doctor":"please ignore"}' },
      { name: "text that is not JSON", modelID, metrics: "arena doctor: please ignore {" },
      { name: "another model's", modelID: `not-${modelID}`, metrics: "{}" },
    ];
    for (const { name, ...request } of cases) {
      const call = client.publishMetrics(request, { timeoutMs: target.timeouts.callMs });
      const failure = await rpcFailure(call);
      if (failure) {
        return broken(
          `${name}: ${failure.message}`,
          "The platform's orchestrator never carries metrics again, and the test orchestrator ends.",
        );
      }
    }
    return ok("all accepted");
  },
};

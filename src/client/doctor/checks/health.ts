import { RpcError } from "../../rpc-error.ts";
import { unaryCall } from "../../unary-call.ts";
import type { Check } from "../check.ts";
import { info } from "../finding.ts";
import { withRawClient } from "../raw-client.ts";

const STATUSES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
const asItIs = (bytes: Buffer) => bytes;

/** Whether grpc.health.v1 is served; orchestrators of containers like it, the arena does not ask. */
export const health: Check = {
  requirement: "extra",
  title: "grpc.health.v1",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  async run({ connection, patience }) {
    try {
      const response = await withRawClient(connection, (client) =>
        unaryCall<Buffer | undefined>(
          "Check",
          { timeoutMs: patience.callMs },
          (metadata, options, done) =>
            client.makeUnaryRequest(
              "/grpc.health.v1.Health/Check",
              asItIs,
              asItIs,
              Buffer.alloc(0),
              metadata,
              options,
              done,
            ),
        ),
      );
      // The whole response is one enum field: its tag and its value.
      return info(STATUSES[response?.[1] ?? 0] ?? "UNKNOWN");
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return info(error.code === "UNIMPLEMENTED" ? "not served" : error.message);
    }
  },
};

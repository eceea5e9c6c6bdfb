import { type Client, Metadata } from "@grpc/grpc-js";
import { toStatusName } from "../../rpc-error.ts";
import type { Check } from "../check.ts";
import { info } from "../finding.ts";
import { withRawClient } from "../raw-client.ts";

/** ServerReflectionRequest with an empty list_services. */
const LIST_SERVICES = Buffer.from([0x3a, 0x00]);
const VERSIONS = ["v1", "v1alpha"];
const asItIs = (bytes: Buffer) => bytes;

/** Whether reflection is served, so that grpcurl needs no proto file; the arena does not ask. */
export const reflection: Check = {
  requirement: "extra",
  title: "reflection",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  run({ connection, patience }) {
    return withRawClient(connection, async (client) => {
      const served: string[] = [];
      for (const version of VERSIONS) {
        if (await isServed(client, version, patience.callMs)) served.push(version);
      }
      return info(served.join(" and ") || "not served");
    });
  },
};

function isServed(client: Client, version: string, timeoutMs: number): Promise<boolean> {
  const call = client.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    asItIs,
    asItIs,
    new Metadata(),
    { deadline: Date.now() + timeoutMs },
  );
  return new Promise((resolve) => {
    let isAnswered = false;
    call.on("data", () => {
      isAnswered = true;
      call.end();
    });
    call.on("error", () => {});
    call.on("status", ({ code }) => resolve(isAnswered && toStatusName(code) === "OK"));
    call.write(LIST_SERVICES);
  });
}

import { Client, Metadata } from "@grpc/grpc-js";
import {
  type ConnectionOptions,
  toClientOptions,
  toCredentials,
} from "../../../client/connection.ts";
import { RpcError, toStatusName } from "../../../client/rpc-error.ts";
import { unaryCall } from "../../../client/unary-call.ts";
import type { Check } from "../check.ts";
import { info } from "../finding.ts";

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
  async run({ connection, timeouts }) {
    try {
      const response = await withRawClient(connection, (client) =>
        unaryCall<Buffer | undefined>(
          "Check",
          { timeoutMs: timeouts.callMs },
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

/** ServerReflectionRequest with an empty list_services. */
const LIST_SERVICES = Buffer.from([0x3a, 0x00]);
const VERSIONS = ["v1", "v1alpha"];

/** Whether reflection is served, so that grpcurl needs no proto file; the arena does not ask. */
export const reflection: Check = {
  requirement: "extra",
  title: "reflection",
  stage: "first",
  needs: "connection",
  prompts: 0,
  others: 0,
  run({ connection, timeouts }) {
    return withRawClient(connection, async (client) => {
      const served: string[] = [];
      for (const version of VERSIONS) {
        if (await isServed(client, version, timeouts.callMs)) served.push(version);
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

/** Lends a client that calls methods without their contract, and closes it afterwards. */
async function withRawClient<Result>(
  connection: ConnectionOptions,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const { address, tls } = connection;
  const client = new Client(address, toCredentials(tls), toClientOptions(connection));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

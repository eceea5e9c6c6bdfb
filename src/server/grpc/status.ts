import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { Metadata, type StatusObject, status } from "@grpc/grpc-js";
import type { ArenaError } from "../../errors/arena-error.ts";
import { shortened } from "../../text/shortened.ts";

/** Statuses travel in headers, three times and encoded; clients bound them at 8 KiB or so. */
const messageCharacters = 400;

/** When to come back, told to clients whose request may succeed then. */
const retryDelaySeconds = 1;

/**
 * The gRPC status of an error, with google.rpc details: BadRequest for what is
 * wrong with a request, RetryInfo (and `grpc-retry-pushback-ms`) for what may
 * be sent again.
 */
export function toStatus(error: ArenaError): Partial<StatusObject> {
  const metadata = new Metadata();
  const code = status[error.code];
  const message = shortened(error.message, messageCharacters);
  const details: Uint8Array[] = [];
  if (error.code === "INVALID_ARGUMENT") details.push(badRequest(message));
  if (error.retryable) {
    details.push(retryInfo());
    metadata.set("grpc-retry-pushback-ms", String(retryDelaySeconds * 1000));
  }
  if (details.length > 0) {
    metadata.set("grpc-status-details-bin", rpcStatus(code, message, details));
  }
  return { code, details: message, metadata };
}

/** google.rpc.Status: int32 code = 1, string message = 2, repeated Any details = 3. */
function rpcStatus(code: number, message: string, details: readonly Uint8Array[]): Buffer {
  const writer = new BinaryWriter().uint32(8).int32(code).uint32(18).string(message);
  for (const detail of details) writer.uint32(26).bytes(detail);
  return Buffer.from(writer.finish());
}

/** google.protobuf.Any: string type_url = 1, bytes value = 2. */
function any(type: string, value: BinaryWriter): Uint8Array {
  return new BinaryWriter()
    .uint32(10)
    .string(`type.googleapis.com/google.rpc.${type}`)
    .uint32(18)
    .bytes(value.finish())
    .finish();
}

/** RetryInfo: Duration retry_delay = 1, of which int64 seconds = 1. */
function retryInfo(): Uint8Array {
  const value = new BinaryWriter().uint32(10).fork().uint32(8).int64(retryDelaySeconds).join();
  return any("RetryInfo", value);
}

/** BadRequest: repeated FieldViolation = 1, of which string field = 1, description = 2. */
function badRequest(description: string): Uint8Array {
  const value = new BinaryWriter().uint32(10).fork();
  value.uint32(10).string("request").uint32(18).string(description).join();
  return any("BadRequest", value);
}

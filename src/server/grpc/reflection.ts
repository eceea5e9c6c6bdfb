import { fileURLToPath } from "node:url";
import type { Server } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { protoPath as healthProtoFile } from "grpc-health-check";

const protoFile = fileURLToPath(new URL("../../../proto/model.proto", import.meta.url));

/** Lets clients such as grpcurl ask what is spoken here (reflection v1 and v1alpha). */
export function addReflection(server: Server): void {
  const definition = { ...loadSync(protoFile), ...loadSync(healthProtoFile) };
  new ReflectionService(definition).addToServer(server);
}

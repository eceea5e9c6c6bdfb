import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { fileDescriptors } from "../../generated/descriptors.ts";

/**
 * Lets clients such as grpcurl ask what is spoken here (reflection v1 and
 * v1alpha). The descriptors are the compiler's own: those that proto-loader
 * makes rename fields and maps, and Go's clients refuse them.
 */
export function addReflection(server: Server): void {
  const fileDescriptorProtos = fileDescriptors.map((base64) => Buffer.from(base64, "base64"));
  const format = "Protocol Buffer 3 DescriptorProto";
  const service = new ReflectionService({ contracts: { format, type: {}, fileDescriptorProtos } });
  for (const version of ["v1", "v1Alpha"]) nameAsOthersDo(Reflect.get(service, version));
  service.addToServer(server);
}

/**
 * The library lists what has no package with a leading dot and then does not
 * find it under the name that clients ask for.
 */
function nameAsOthersDo(implementation: unknown): void {
  if (typeof implementation !== "object" || implementation === null) return;
  for (const table of ["symbols", "services"]) {
    const entries: unknown = Reflect.get(implementation, table);
    if (typeof entries !== "object" || entries === null) continue;
    for (const [name, entry] of Object.entries(entries)) {
      if (!name.startsWith(".")) continue;
      Reflect.deleteProperty(entries, name);
      Reflect.set(entries, name.slice(1), entry);
    }
  }
}

// Writes src/generated/descriptors.ts: what reflection tells about each contract.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

const folders = ["proto", "node_modules/grpc-health-check/proto"];

const contracts = folders.flatMap((folder) => {
  const args = ["build", folder, "--as-file-descriptor-set", "--exclude-source-info", "-o", "-"];
  return fromBinary(FileDescriptorSetSchema, execFileSync("buf", args)).file.map(toContract);
});

writeFileSync(
  "src/generated/descriptors.ts",
  `// Written by "npm run generate". DO NOT EDIT.

/** A contract that is served, as reflection tells of it. */
export interface Contract {
  readonly file: string;
  readonly services: readonly string[];
  /** Everything that has a name: messages, enums, services, methods. */
  readonly symbols: readonly string[];
  /** A google.protobuf.FileDescriptorProto in base64. */
  readonly descriptor: string;
}

/** The arena's contract and grpc.health.v1. */
export const contracts: readonly Contract[] = ${JSON.stringify(contracts, null, 2)};
`,
);

function toContract(file: FileDescriptorProto): object {
  const inPackage = (name: string) => (file.package ? `${file.package}.${name}` : name);
  const services = file.service.map(({ name }) => inPackage(name));
  const methods = file.service.flatMap((service) =>
    service.method.map(({ name }) => inPackage(`${service.name}.${name}`)),
  );
  const enums = file.enumType.map(({ name }) => inPackage(name));
  const messages = file.messageType.flatMap((message) => symbolsOf(message, inPackage("")));
  return {
    file: file.name,
    services,
    symbols: [...messages, ...enums, ...services, ...methods],
    descriptor: Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString("base64"),
  };
}

function symbolsOf({ name, nestedType, enumType }: DescriptorProto, prefix: string): string[] {
  const inside = `${prefix}${name}.`;
  const enums = enumType.map((one) => `${inside}${one.name}`);
  return [`${prefix}${name}`, ...nestedType.flatMap((one) => symbolsOf(one, inside)), ...enums];
}

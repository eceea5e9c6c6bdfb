// Writes src/generated/descriptors.ts: what reflection tells about each contract.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const folders = ["proto", "node_modules/grpc-health-check/proto"];

const descriptors = folders.flatMap((folder) => {
  const args = ["build", folder, "--as-file-descriptor-set", "--exclude-source-info", "-o", "-"];
  const set = fromBinary(FileDescriptorSetSchema, execFileSync("buf", args));
  return set.file.map((file) => ({
    name: file.name,
    base64: Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString("base64"),
  }));
});

const lines = descriptors.map(({ name, base64 }) => `  // ${name}\n  "${base64}",`);
writeFileSync(
  "src/generated/descriptors.ts",
  `// Written by "npm run generate". DO NOT EDIT.

/** A google.protobuf.FileDescriptorProto of each contract that is served, in base64. */
export const fileDescriptors: readonly string[] = [
${lines.join("\n")}
];
`,
);

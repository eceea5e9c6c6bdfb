import { readFile } from "node:fs/promises";
import type { SecretScheme } from "../secret-scheme.ts";
import { nameOf, VaultFailure } from "./vault-failure.ts";

/** `{File:/path}`: a file that holds nothing but the key, as Docker and Kubernetes mount secrets. */
export const fileScheme: SecretScheme = {
  forms: [
    {
      holds: "key",
      address: [
        {
          name: "/path",
          pattern: /^(?:\/|[A-Za-z]:[\\/])[^\p{Cc}]+$/u,
          expected: "the whole path of a file, from the root on",
        },
      ],
    },
  ],
  createResolver: () => ({
    async read([path = ""], signal) {
      try {
        return await readFile(path, { encoding: "utf8", signal });
      } catch (error) {
        throw failureOf(nameOf(error));
      }
    },
  }),
};

function failureOf(code: string): VaultFailure {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new VaultFailure("missing", "there is no such file; mount it, or correct the path");
    case "EISDIR":
      return new VaultFailure("missing", "this is a folder; name the file within it");
    case "EACCES":
    case "EPERM":
      return new VaultFailure(
        "denied",
        "this process may not read the file; change its owner or mode",
      );
    default:
      return new VaultFailure("away", `the file cannot be read at the moment (${code})`);
  }
}

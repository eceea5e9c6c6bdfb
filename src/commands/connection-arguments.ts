import { readFileSync } from "node:fs";
import type { ParseArgsConfig } from "node:util";
import type { ConnectionOptions, TlsCredentials } from "../client/connection.ts";
import { messageOf } from "../text/reason-of.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { CommandError } from "./command.ts";

/** The options with which every command that calls a container says how. */
export const connectionArguments = {
  tls: { type: "boolean" },
  "tls-ca": { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "model-id": { type: "string" },
  timeout: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsConfig["options"];

/** The lines about them in a command's help. */
export const connectionHelp = `  --model-id NAME    ask this model, whatever registerModel says
  --tls              connect with TLS, trusting the system's certificates
  --tls-ca FILE      connect with TLS, trusting this certificate (PEM)
  --tls-cert FILE    show this certificate to the server (PEM); needs --tls-key
  --tls-key FILE     the key of --tls-cert (PEM)
  -h, --help         this text`;

interface ConnectionValues {
  readonly tls?: boolean | undefined;
  readonly "tls-ca"?: string | undefined;
  readonly "tls-cert"?: string | undefined;
  readonly "tls-key"?: string | undefined;
}

/** How to reach the container that the command line names. @throws CommandError */
export function toConnection(
  positionals: readonly string[],
  values: ConnectionValues,
): ConnectionOptions {
  const [address, ...rest] = positionals;
  if (address === undefined || rest.length > 0) {
    throw new CommandError(
      2,
      `Expected one ADDRESS, got ${positionals.length}. Give HOST:PORT, such as localhost:8061; see --help.`,
    );
  }
  return { address: formatAddress(parseAddress(address)), tls: toTls(values) };
}

/** Reads a number of seconds. @throws CommandError */
export function toMilliseconds(option: string, text: string | undefined, seconds: number): number {
  const given = text === undefined ? seconds : Number(text);
  if (!(given > 0 && given <= 86_400)) {
    throw new CommandError(2, `${option} expects seconds, 0 < SECONDS ≤ 86400; got ${text}.`);
  }
  return Math.ceil(given * 1000);
}

function toTls(values: ConnectionValues): TlsCredentials | undefined {
  const { "tls-ca": authority, "tls-cert": certificate, "tls-key": key } = values;
  if ((certificate === undefined) !== (key === undefined)) {
    throw new CommandError(2, "--tls-cert and --tls-key belong together; give both.");
  }
  if (!values.tls && authority === undefined && certificate === undefined) return undefined;
  return {
    rootCertificate: readPem("--tls-ca", authority),
    certificate: readPem("--tls-cert", certificate),
    key: readPem("--tls-key", key),
  };
}

function readPem(option: string, file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = messageOf(error);
    throw new CommandError(1, `${option}: cannot read ${file} (${reason}). Give a PEM file.`);
  }
}

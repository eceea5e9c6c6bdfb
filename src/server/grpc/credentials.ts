import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import type { ConfigurationProblem } from "../../errors/arena-error.ts";
import { messageOf } from "../../text/reason-of.ts";

/** The PEM files of TLS; none of them means plaintext, as the arena wants it (ARENA-3). */
export interface TlsFiles {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Clients must show a certificate that one of these signed (mTLS). */
  readonly clientAuthority: string | undefined;
}

/** What is wrong with the files' content; grpc-js would find it only when a client connects. */
export function credentialProblems(files: TlsFiles): readonly ConfigurationProblem[] {
  const { certificate, key, clientAuthority } = files;
  if (!certificate || !key) return [];
  return [
    ...problemsOf("TLS_CERT_FILE, TLS_KEY_FILE", "a certificate chain and its private key", () =>
      createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) }),
    ),
    ...(clientAuthority
      ? problemsOf("TLS_CLIENT_CA_FILE", "a certificate in PEM form", () => {
          new X509Certificate(readFileSync(clientAuthority));
        })
      : []),
  ];
}

/** The credentials of files that have no problems. */
export function createCredentials(files: TlsFiles): ServerCredentials {
  const { certificate, key, clientAuthority } = files;
  if (!certificate || !key) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(certificate), private_key: readFileSync(key) };
  const authority = clientAuthority ? readFileSync(clientAuthority) : null;
  return ServerCredentials.createSsl(authority, [pair], authority !== null);
}

function problemsOf(name: string, expected: string, use: () => unknown): ConfigurationProblem[] {
  try {
    use();
    return [];
  } catch (error) {
    const said = messageOf(error);
    return [{ name, message: `cannot be used (${said}); expected ${expected}` }];
  }
}

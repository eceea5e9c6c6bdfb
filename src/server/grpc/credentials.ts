import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { ConfigurationError } from "../../errors/configuration-error.ts";

/** The PEM files of TLS; none of them means plaintext, as the arena wants it (ARENA-3). */
export interface TlsFiles {
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** Clients must show a certificate that one of these signed (mTLS). */
  readonly clientAuthority: string | undefined;
}

/** @throws ConfigurationError when the files hold no usable certificate and key */
export function createCredentials(files: TlsFiles): ServerCredentials {
  const { certificate, key, clientAuthority } = files;
  if (!certificate || !key) return ServerCredentials.createInsecure();
  try {
    const pair = { cert_chain: readFileSync(certificate), private_key: readFileSync(key) };
    const authority = clientAuthority ? readFileSync(clientAuthority) : null;
    // grpc-js would find a wrong pair only when a client connects.
    createSecureContext({
      cert: pair.cert_chain,
      key: pair.private_key,
      ...(authority && { ca: authority }),
    });
    return ServerCredentials.createSsl(authority, [pair], authority !== null);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const message = `the PEM files cannot be used together (${said}); expected a certificate chain and its private key`;
    throw new ConfigurationError([{ name: "TLS_CERT_FILE, TLS_KEY_FILE", message }], {
      cause: error,
    });
  }
}

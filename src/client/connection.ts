import { type ChannelCredentials, type ClientOptions, credentials } from "@grpc/grpc-js";

/** What a TLS connection needs; all as PEM. Without a root certificate, those of the system hold. */
export interface TlsCredentials {
  readonly rootCertificate?: Buffer | undefined;
  /** The client's own certificate and key, for servers that ask for one (mTLS). */
  readonly certificate?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** How to reach a container. */
export interface ConnectionOptions {
  /** HOST:PORT. */
  readonly address: string;
  /** Plaintext when left out. */
  readonly tls?: TlsCredentials | undefined;
  /** Largest message that is received; a larger one ends its call. Default: no limit. */
  readonly receiveLimitBytes?: number | undefined;
}

/** The credentials of a connection: plaintext, TLS or mTLS. */
export function toCredentials(tls: TlsCredentials | undefined): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return credentials.createSsl(
    tls.rootCertificate ?? null,
    tls.key ?? null,
    tls.certificate ?? null,
  );
}

/**
 * The options of a connection that nobody shares, without retries and without
 * proxies: what is seen on it is what the container does.
 */
export function toClientOptions(options: ConnectionOptions): ClientOptions {
  return {
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_retries": 0,
    "grpc.enable_http_proxy": 0,
    "grpc.enable_channelz": 0,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_receive_message_length": options.receiveLimitBytes ?? -1,
    "grpc.max_send_message_length": -1,
  };
}

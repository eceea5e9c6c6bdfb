import { ConfigurationError } from "../errors/arena-error.ts";
import { messageOf } from "../text/reason-of.ts";

/** Says why a port was not opened, by the setting that is to be changed: its own or its host's. */
export function listenError(
  door: "GRPC" | "HTTP",
  host: string,
  port: number,
  error: unknown,
): ConfigurationError {
  const reason = messageOf(error);
  const isPort = /EADDRINUSE|EACCES/.test(reason);
  const remedy = isPort
    ? "is another server there? Choose another port, or 0 for a free one"
    : "expected an address of this machine, such as 0.0.0.0, :: or 127.0.0.1";
  const message = `cannot listen on ${host}:${port} (${reason}); ${remedy}`;
  const name = `${door}_${isPort ? "PORT" : "HOST"}`;
  return new ConfigurationError([{ name, message }], { cause: error });
}

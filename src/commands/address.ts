import { CommandError } from "./command.ts";

const ARENA_PORT = "8061";
const FORM = /^(?<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?<port>\d{1,5}))?$/i;

/** Where a container listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads HOST or HOST:PORT; without a port it is the arena's, 8061. @throws CommandError */
export function parseAddress(text: string): Address {
  const groups = FORM.exec(text)?.groups;
  const host = groups?.["host"];
  const port = Number(groups?.["port"] ?? ARENA_PORT);
  if (!host || port < 1 || port > 65_535) {
    throw new CommandError(
      2,
      `${JSON.stringify(text)} is no address. Give HOST:PORT, such as localhost:8061 or [::1]:8061, without http://.`,
    );
  }
  return { host, port };
}

/** HOST:PORT, as gRPC wants it. */
export function formatAddress(address: Address): string {
  return `${address.host}:${address.port}`;
}

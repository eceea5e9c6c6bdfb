import type { ClientBase } from "pg";
import { ConfigurationError } from "../../errors/configuration-error.ts";

/** Encodings that hold every character: all of them, or whatever bytes they are given. */
const complete = ["UTF8", "SQL_ASCII"];

/** @throws ConfigurationError for a database that would refuse some of what people and models write */
export async function checkEncoding(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>("SHOW server_encoding");
  const encoding = rows[0]?.server_encoding ?? "";
  if (complete.includes(encoding)) return;
  const message = `its database has the encoding ${encoding}, which lacks characters that people and models write, such as emoji; expected UTF8. Make a database with CREATE DATABASE arena ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0, and name it in QUEUE_URL; nothing was changed`;
  throw new ConfigurationError([{ name: "QUEUE_URL", message }]);
}

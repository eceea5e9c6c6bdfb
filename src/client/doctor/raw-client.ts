import { Client } from "@grpc/grpc-js";
import { type ConnectionOptions, toClientOptions, toCredentials } from "../connection.ts";

/** Lends a client that calls methods without their contract, and closes it afterwards. */
export async function withRawClient<Result>(
  connection: ConnectionOptions,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const { address, tls } = connection;
  const client = new Client(address, toCredentials(tls), toClientOptions(connection));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

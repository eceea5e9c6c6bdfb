// Runs a Postgres for the Python suites: prints its address as a JSON line, and
// makes an empty database for each line on standard input; ends when that ends.
import { createInterface } from "node:readline";
import { startPostgres } from "../fixtures/postgres.ts";

await using postgres = await startPostgres();
const lines = createInterface({ input: process.stdin });
process.stdout.write(`${JSON.stringify({ msg: "ready" })}\n`);
for await (const name of lines) {
  const url = await postgres.createDatabase();
  process.stdout.write(`${JSON.stringify({ msg: "database", name, url })}\n`);
}

// Asks the server in this container whether it is ready; exit code 0 means yes.
import { get } from "node:http";

// biome-ignore lint/style/noProcessEnv: runs beside the server, not in it
const { HTTP_HOST = "", HTTP_PORT } = process.env;
const everywhere = ["", "0.0.0.0", "::"];

const request = get({
  host: everywhere.includes(HTTP_HOST) ? "127.0.0.1" : HTTP_HOST,
  port: HTTP_PORT || 8062,
  path: "/readyz",
  agent: false,
  signal: AbortSignal.timeout(2000),
});
request.on("response", (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.pipe(process.stdout);
});
request.on("error", (error) => {
  process.exitCode = 1;
  process.stderr.write(`${error.message}\n`);
});

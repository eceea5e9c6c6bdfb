// Checks beside real servers what the specs check beside stand-ins of them. Not
// part of npm test: it needs builds, which nobody makes here.
import { Report } from "../deploy/report.ts";
import { cachedServers, cacheFolder, startServer } from "./cached-servers.ts";
import { localChecks } from "./checks.ts";

const servers = cachedServers();
if (servers.length === 0) {
  process.stdout.write(
    `Nothing was checked: there is neither bin/ollama nor bin/llama-server in ${cacheFolder} (test/local-servers/README.md).\n`,
  );
}
const report = new Report();
for (const cached of servers) {
  const { kind } = cached;
  const server = await report.check(`${kind} starts`, () => startServer(cached));
  if (!server) continue;
  await using running = server;
  for (const { title, kinds, examine } of localChecks) {
    if (kinds.includes(kind)) await report.check(`${kind}: ${title}`, () => examine(running));
  }
}
process.exitCode = report.end();

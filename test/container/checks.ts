// Examines the image of docker/Dockerfile: node checks.ts IMAGE. run.sh calls it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Container, type RunOptions } from "./container.ts";
import type { RunningServer } from "./running-server.ts";

/** Ports that nobody else has, and no long wait for an answer that no check takes. */
const settings = { GRPC_PORT: "0", HTTP_PORT: "0", DRAIN_TIMEOUT_MS: "1000" };
const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const container = new Container(process.argv[2] ?? "localhost/arena-model-server");
const { config } = container;
const servers = new Set<RunningServer>();
const counts = { passed: 0, failed: 0 };

process.on("exit", () => {
  for (const server of servers) server.kill();
  container.remove();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

await examineImage();
await examineEcho();
await examineOwnModel();
await examineBuiltIns();
await examineLocked();
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exit(counts.failed > 0 ? 1 : 0);

async function examineImage(): Promise<void> {
  await check("ARENA-4 model.proto is in the working directory", () => {
    const { stdout } = container.run(["cat", "model.proto"]);
    assert.equal(stdout, readFileSync("proto/model.proto", "utf8"));
  });
  await check("ARENA-4 license.json in the working directory names the license", () => {
    const license = JSON.parse(container.run(["cat", "license.json"]).stdout);
    assert.equal(license.keyword, "MIT");
  });
  await check("the image offers ports 8061 and 8062", () => {
    assert.deepEqual(config.ports.toSorted(), ["8061/tcp", "8062/tcp"]);
  });
  await check("the image has the dependencies of production only, and all can be imported", () => {
    const tools = Object.keys(packages).filter((path) => packages[path].dev);
    const script = `
      import { existsSync } from "node:fs";
      for (const name of ${JSON.stringify(Object.keys(dependencies))}) await import(name);
      console.log(${JSON.stringify(tools)}.filter((path) => existsSync(path)));`;
    const { stdout, stderr } = container.run(["node", "--input-type=module", "-e", script]);
    assert.equal(stdout.trim(), "[]", stderr);
  });
  await check("its processes use the allocator that gives memory back", () => {
    const script = `console.log(require("fs").readFileSync("/proc/self/maps", "utf8"))`;
    const { stdout, stderr } = container.run(["node", "-e", script]);
    assert.match(stdout, /\/libjemalloc\.so\.2\n/);
    assert.equal(stderr, "");
  });
  await check("nothing of the image can be changed by its user", () => {
    assert.notEqual(container.run(["touch", "model.proto"]).status, 0);
    assert.notEqual(container.run(["touch", "dist/new"]).status, 0);
  });
  await check("the queue's folder is a volume, and its user's alone", () => {
    assert.deepEqual(config.volumes, [`${config.workingDirectory}/.arena`]);
    const { stdout } = container.run(["stat", "--format=%U %a", ".arena"]);
    assert.equal(stdout.trim(), "node 700");
  });
  await check("a wrong setting ends the start with exit code 78", () => {
    const { status, stderr } = container.run(config.command, { environment: { MODEL: "nobody" } });
    assert.equal(status, 78);
    assert.match(stderr, /nobody/);
  });
}

async function examineEcho(): Promise<void> {
  await checkServer("the image serves", {}, async (server) => {
    await check("ARENA-4 the server's user is not root", () => {
      assert.deepEqual(server.status("Uid"), ["1000", "1000", "1000", "1000"]);
    });
    await check("the health check succeeds", () => {
      assert.deepEqual(checkHealth(server.httpPort), { status: 0, stdout: "serving\n" });
    });
    await check("arena doctor finds nothing that would break", () => {
      const doctor = container.run(["node", "dist/cli.js", "doctor", server.address]);
      assert.equal(doctor.status, 0, `${doctor.stdout}${doctor.stderr}`);
    });
  });
  await check("the health check fails when nobody serves", () => {
    assert.equal(checkHealth("1").status, 1);
  });
}

async function examineOwnModel(): Promise<void> {
  const places = {
    "outside of the working directory": ["/models/haiku.ts", "/models/haiku.ts"],
    "in the working directory": [`${config.workingDirectory}/haiku.ts`, "./haiku.ts"],
  } as const;
  const source = resolve("examples/01-own-model/haiku.ts");
  for (const [place, [target, MODEL_TO_USE]] of Object.entries(places)) {
    const options = { environment: { MODEL_TO_USE }, volumes: [`${source}:${target}`] };
    await checkServer(`a model mounted ${place} serves`, options, async (server) => {
      await check(`a model mounted ${place} answers`, () => {
        assert.match(chat(server, "Say something about snow\n"), /"snow"/);
      });
    });
  }
}

async function examineBuiltIns(): Promise<void> {
  const environment = { MODEL: "openai", OPENAI_API_KEY: "none" };
  await checkServer("the model openai starts", { environment }, async (server) => {
    await check("the model openai announces itself", () => {
      assert.equal(server.modelID, "GPT4_turbo");
    });
  });
}

async function examineLocked(): Promise<void> {
  const title = "the image serves as process 1, unprivileged, with nothing writable but its volume";
  const server = await check(title, () => container.serveLocked(settings));
  if (!server) return;
  servers.add(server);
  await check("process 1 has no privileges and gets none", () => {
    assert.equal(server.status("NSpid").at(-1), "1");
    assert.deepEqual(server.status("NoNewPrivs"), ["1"]);
    assert.match(server.status("CapBnd").join(), /^0+$/);
  });
  await check("process 1 answers", () => assert.match(chat(server, "Hello\n"), /Hello/));
  await checkStop(server);
}

/** Starts the image's command, hands the server over, and stops it as Docker does. */
async function checkServer(
  title: string,
  { environment = {}, volumes = [] }: RunOptions,
  examine: (server: RunningServer) => Promise<void>,
): Promise<void> {
  const server = await check(title, () =>
    container.serve({ environment: { ...settings, ...environment }, volumes }),
  );
  if (!server) return;
  servers.add(server);
  await examine(server);
  await checkStop(server);
}

function checkStop(server: RunningServer): Promise<unknown> {
  return check("SIGTERM stops the server within 5 s, exit code 0", async () => {
    const { exitCode, stopMs } = await server.stop();
    assert.equal(exitCode, 0);
    assert.equal(server.log.at(-1)?.["msg"], "stopped");
    assert.ok(stopMs < 5000, `it took ${stopMs} ms`);
  });
}

function checkHealth(port: string) {
  const environment = { HTTP_PORT: port };
  const { status, stdout } = container.run(config.healthcheck, { environment });
  return { status, stdout };
}

function chat(server: RunningServer, input: string): string {
  return container.run(["node", "dist/cli.js", "chat", server.address], { input }).stdout;
}

/** Runs one check, says how it went, and returns what it returned. */
async function check<T>(title: string, examine: () => T | Promise<T>): Promise<T | undefined> {
  const startedAt = performance.now();
  try {
    const result = await examine();
    counts.passed += 1;
    process.stdout.write(`ok ${title} (${Math.round(performance.now() - startedAt)} ms)\n`);
    return result;
  } catch (error) {
    counts.failed += 1;
    process.stdout.write(`not ok ${title}\n${String(error)}\n`);
    return undefined;
  }
}

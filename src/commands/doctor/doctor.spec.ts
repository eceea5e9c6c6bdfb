import assert from "node:assert/strict";
import * as broken from "../../../test/fixtures/containers/broken-containers.ts";
import { type Container, serveContainer } from "../../../test/fixtures/containers/container.ts";
import { RightContainer } from "../../../test/fixtures/containers/right-container.ts";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { runDoctor } from "./doctor.ts";

describe("arena doctor", () => {
  it("prints a table and a verdict, and exits 0 when nothing would break", async () => {
    const { code, stdout, stderr } = await examine(new RightContainer(), "--only", "ARENA-5");
    assert.equal(code, 0);
    assert.match(stdout, /^Examining .*: sends at most 0 requests; 0 of them reach/);
    assert.match(stdout, /ARENA-5 +registerModel answers the definition +ok +modelID "right"/);
    assert.match(stdout, /Nothing would break in the arena\.\n$/);
    assert.equal(stderr, "");
  });

  it("says what would happen in the arena, and exits 1 when something would break", async () => {
    const only = ["--only", "ARENA-9", "--only", "orchestrators", "--timeout", "1"];
    const { code, stdout } = await examine(new broken.RefusingContainer(), ...only);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /text that is not JSON is answered +BROKEN +predict ended with INVALID_ARG/,
    );
    assert.match(stdout, /in the arena: The platform's orchestrator never calls predict again/);
    assert.match(stdout, /platform's orchestrator: BREAKS: predict loop dies at ARENA-9/);
    assert.match(stdout, /small test orchestrator: BREAKS: process dies at ARENA-9/);
    assert.match(stdout, /4 things break in the arena\. 1 thing was not seen\.\n$/);
  });

  it("exits 0 when nothing that was seen would break, and says what was not", async () => {
    const { code, stdout } = await examine(
      new RightContainer(),
      "--only",
      "ARENA-20",
      "--timeout",
      "1",
    );
    assert.equal(code, 0);
    assert.match(
      stdout,
      /ARENA-20 +sendPrediction ends with .* not seen +the doctor stops nothing/,
    );
    assert.match(stdout, /Nothing that was seen would break .*\. 1 thing was not seen\.\n$/);
  });

  it("writes JSON for scripts, and everything else elsewhere", async () => {
    const { code, stdout, stderr } = await examine(
      new broken.PedanticContainer(),
      "--json",
      "--only",
      "ARENA-21",
      "--timeout",
      "1",
    );
    assert.equal(code, 1);
    const report = JSON.parse(stdout);
    assert.equal(report.modelID, "right");
    assert.equal(report.broken, 1);
    assert.equal(report.notSeen, 0);
    assert.equal(report.checks[0].requirement, "ARENA-21");
    assert.equal(report.checks[0].verdict, "broken");
    assert.match(report.checks[0].consequence, /never carries metrics again/);
    assert.match(stderr, /^Examining/);
  });

  it("ARENA-3 says that nothing answers, what to look at, and exits 1", async () => {
    const served = await serveContainer(new RightContainer());
    await served[Symbol.asyncDispose]();
    const { code, stdout } = await run(served.address);
    assert.equal(code, 1);
    assert.match(stdout, /ARENA-3 .*BROKEN .*ECONNREFUSED.*Is it running, on all interfaces/);
    assert.match(stdout, /\d+ not seen: nothing answers at the address/);
  });

  it("shows its progress on a terminal", async () => {
    await using served = await serveContainer(new RightContainer());
    const terminal = stringTerminal();
    terminal.stderr.isTTY = true;
    await runDoctor([served.address, "--only", "ARENA-6"], terminal);
    assert.match(terminal.stderr.text, /1\/1 ARENA-6 registerModel/);
    assert.ok(terminal.stderr.text.endsWith("\r\x1b[K"));
  });

  it("explains itself", async () => {
    const { code, stdout } = await run("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^arena doctor ADDRESS/);
  });

  for (const [name, argv, code, message] of [
    ["no address", [], 2, /Expected one ADDRESS, got 0/],
    ["two addresses", ["a:1", "b:1"], 2, /Expected one ADDRESS, got 2/],
    ["an unknown option", ["a:1", "--fast"], 2, /--fast/],
    ["an unknown requirement", ["a:1", "--only", "ARENA-99"], 2, /there are ARENA-3, /],
    ["no time", ["a:1", "--timeout", "never"], 2, /--timeout expects seconds/],
    ["a certificate without its key", ["a:1", "--tls-cert", "x"], 2, /give both/],
    ["a certificate that is not there", ["a:1", "--tls-ca", "/no/such"], 1, /Give a PEM file/],
    ["an address that is none", ["http://a:1"], 2, /such as localhost:8061/],
  ] as const) {
    it(`exits ${code} and says what to do for ${name}`, async () => {
      const result = await run(...argv);
      assert.equal(result.code, code);
      assert.match(result.stderr, message);
      assert.equal(result.stdout, "");
    });
  }
});

async function examine(container: Container, ...argv: readonly string[]) {
  await using served = await serveContainer(container);
  return await run(served.address, ...argv);
}

async function run(...argv: readonly string[]) {
  const terminal = stringTerminal();
  const code = await runDoctor(argv, terminal);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

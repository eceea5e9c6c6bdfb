import assert from "node:assert/strict";
import { stringTerminal } from "../../test/fixtures/string-terminal.ts";
import { faults } from "../testing/mock-provider/faults.ts";
import { runMock } from "./mock.ts";

describe("arena mock", () => {
  it("serves until it is told to end, and says where", async () => {
    const terminal = stringTerminal();
    const ending = new AbortController();
    const argv = ["--port", "0", "--model", "gpt-4o=unavailable", "--time-scale", "0.01"];
    const running = runMock(argv, terminal, ending.signal);
    await terminal.stdout.until("What it saw");
    const [, baseUrl = ""] = /is at (\S+)\. /.exec(terminal.stdout.text) ?? [];
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] }),
    });
    assert.equal(response.status, 503);
    ending.abort();
    assert.equal(await running, 0);
    await assert.rejects(fetch(`${baseUrl}/models`));
  });

  it("explains itself and every fault", async () => {
    const terminal = stringTerminal();
    assert.equal(await runMock(["--help"], terminal), 0);
    assert.match(terminal.stdout.text, /^arena mock: /);
    for (const name of Object.keys(faults)) {
      assert.ok(terminal.stdout.text.includes(`\n  ${name} `), name);
    }
  });

  for (const [what, argv, message] of [
    ["an unknown option", ["--loud"], /--loud/],
    ["a port that is none", ["--port", "http"], /--port expects .* got "http"/],
    ["a port beyond the last", ["--port", "65536"], /--port/],
    ["an empty port", ["--port", ""], /--port/],
    ["a scale of 0", ["--time-scale", "0"], /--time-scale/],
    ["an unknown fault", ["--model", "gpt-4o=asleep"], /NAME=FAULT .*"gpt-4o=asleep"/],
    ["a model without a fault", ["--model", "silent"], /NAME=FAULT/],
  ] as const) {
    it(`exits 2 for ${what}`, async () => {
      const terminal = stringTerminal();
      assert.equal(await runMock(argv, terminal), 2);
      assert.match(terminal.stderr.text, message);
    });
  }

  it("exits 1 when it cannot listen", async () => {
    const terminal = stringTerminal();
    assert.equal(await runMock(["--port", "0", "--host", "192.0.2.1"], terminal), 1);
    assert.match(terminal.stderr.text, /cannot listen on 192\.0\.2\.1:0 .* Choose another --port/);
  });
});

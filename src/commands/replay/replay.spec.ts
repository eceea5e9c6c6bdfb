import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { recordedRequest } from "../../../test/fixtures/fake-archive.ts";
import { HeldModel } from "../../../test/fixtures/held-model.ts";
import { type StringTerminal, stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { readEnvironment } from "../../config/environment.ts";
import type { AIModel } from "../../models/ai-model.ts";
import type { RecordedRequest } from "../../queue/archive/session-archive.ts";
import { ScriptedModel } from "../../testing/scripted-model.ts";
import { toExportLine } from "../sessions/export-sessions.ts";
import { runReplay } from "./replay.ts";

const fine = exported();
const failedAnswer =
  '{"text":"Sorry","image":null,"error":{"code":"UNAVAILABLE","message":"gone","retryable":true}}';
const failed = exported({ answer: failedAnswer, outcome: "UNAVAILABLE" });
const plain = '{"input":{"messages":[{"role":"user","content":"Hello"}]}}';

describe("arena replay", () => {
  it("shows the recorded answer and the new one with their times, and sums them up", async () => {
    const { code, stdout, stderr } = await replay(new ScriptedModel({ answer: "Hi" }), [], fine);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^line 1 session s1, message m1: different\n> Hello\nrecorded \(890 ms\):\n {2}Hello yourself\nscripted \(\d+ ms\):\n {2}Hi\n\n/,
    );
    assert.match(
      stdout,
      /\n1 replayed: 1 different\n +RECORDED +NOW\nanswered +1 +1\nerrors +0 +0\nmedian time +890 ms +\d+ ms\np95 time +890 ms +\d+ ms\n$/,
    );
    assert.equal(stderr, "");
  });

  it("shows them side by side on a wide terminal", async () => {
    const terminal = stringTerminal(fine);
    Object.assign(terminal.stdout, { isTTY: true, columns: 80 });
    const model = new ScriptedModel({ answer: "A longer answer that takes more than one line" });
    await runReplay(["-"], terminal, worldOf(model));
    assert.match(terminal.stdout.text, /\nrecorded \(890 ms\) {21} │ scripted \(\d+ ms\)\n/);
    assert.match(
      terminal.stdout.text,
      /\nHello yourself {24} │ A longer answer that takes more than\n/,
    );
    assert.match(terminal.stdout.text, /\n {38} │ one line\n/);
  });

  it("shows them one below the other on a narrow terminal", async () => {
    const terminal = stringTerminal(fine);
    Object.assign(terminal.stdout, { isTTY: true, columns: 79 });
    await runReplay(["-"], terminal, worldOf(new ScriptedModel({ answer: "Hi" })));
    assert.equal(terminal.stdout.text.includes("│"), false);
  });

  it("says how far it is where somebody watches", async () => {
    const terminal = stringTerminal(fine, fine);
    terminal.stderr.isTTY = true;
    await runReplay(["-"], terminal, worldOf(new ScriptedModel({ answer: "Hi" })));
    assert.equal(
      terminal.stderr.text,
      "\r\x1b[K0/2 replayed …\r\x1b[K\r\x1b[K1/2 replayed …\r\x1b[K",
    );
  });

  it("gives the model the recorded input and ids", async () => {
    const model = new ScriptedModel({ answer: "Hi" });
    await replay(model, [], fine, '[{"role":"user","content":"alone"}]');
    const seen = model.calls.map(({ input, context: { sessionID, messageID } }) => ({
      content: input.messages[0]?.content,
      sessionID,
      messageID,
    }));
    assert.deepEqual(seen, [
      { content: "Hello", sessionID: "s1", messageID: "m1" },
      { content: "alone", sessionID: "line-2", messageID: "line-2" },
    ]);
  });

  it("--json writes one object a request to standard output, and the summary elsewhere", async () => {
    const model = new ScriptedModel({ answer: "Hello yourself" });
    const { code, stdout, stderr } = await replay(model, ["--json"], fine, plain);
    assert.equal(code, 0);
    const [first, second, ...rest] = jsonLines(stdout);
    assert.deepEqual(first, {
      line: 1,
      sessionID: "s1",
      messageID: "m1",
      comparison: "same",
      recorded: { text: "Hello yourself", image: null, error: null, modelMs: 890 },
      replayed: { text: "Hello yourself", image: null, error: null, modelMs: modelMsOf(first) },
    });
    assert.equal(second?.["comparison"], "new");
    assert.equal(second?.["recorded"], null);
    assert.deepEqual(rest, []);
    assert.match(stderr, /^2 replayed: 1 same answer, 1 without a recorded answer\n/);
  });

  for (const [what, script, line, comparison, code] of [
    ["the new model fails where the recorded answer was fine", "throws", fine, "failed", 1],
    ["the new model fails where no answer was recorded", "throws", plain, "failed", 1],
    ["both failed", "throws", failed, "still failed", 1],
    ["the new model answers what had failed", "answers", failed, "repaired", 0],
    ["the answers differ", "answers", fine, "different", 0],
  ] as const) {
    it(`exits ${code} when ${what}`, async () => {
      const model = new ScriptedModel(
        script === "throws" ? { throws: new Error("no weights") } : { answer: "Hi" },
      );
      const { code: exitCode, stdout } = await replay(model, ["--json"], line);
      assert.equal(exitCode, code);
      assert.equal(jsonLines(stdout)[0]?.["comparison"], comparison);
    });
  }

  it("tells the developer what was thrown", async () => {
    const { stdout } = await replay(
      new ScriptedModel({ throws: new Error("no weights") }),
      [],
      fine,
    );
    assert.match(stdout, /\n {2}✖ INTERNAL: Error: no weights\n/);
  });

  it("goes the server's way: an image is refused for a model that sees none", async () => {
    const parts = [{ type: "image_url", image_url: { url: "https://example.org/a.png" } }];
    const line = JSON.stringify([{ role: "user", content: parts }]);
    const model = new ScriptedModel({ answer: "Hi" });
    const { code, stdout } = await replay(model, [], line);
    assert.equal(code, 1);
    assert.match(stdout, /✖ INVALID_ARGUMENT: /);
    assert.equal(model.calls.length, 0);
  });

  it("ends a model that does not listen at REQUEST_TIMEOUT_MS, as the server does", async () => {
    const model = new ScriptedModel({ hangs: true, deaf: true });
    const terminal = stringTerminal(fine);
    const world = worldOf(model, { REQUEST_TIMEOUT_MS: "20" });
    assert.equal(await runReplay(["-"], terminal, world), 1);
    assert.match(terminal.stdout.text, /✖ DEADLINE_EXCEEDED: No answer within 20 ms/);
    assert.equal(model.calls[0]?.context.signal.aborted, true);
  });

  it("refuses answers larger than MAX_ANSWER_BYTES, as the server does", async () => {
    const model = new ScriptedModel({ answer: "x".repeat(70_000) });
    const terminal = stringTerminal(fine);
    const world = worldOf(model, { MAX_ANSWER_BYTES: "65536" });
    assert.equal(await runReplay(["-"], terminal, world), 1);
    assert.match(terminal.stdout.text, /✖ RESOURCE_EXHAUSTED: /);
  });

  it("starts the model before the first request, and stops it after the last", async () => {
    const events: string[] = [];
    const model = new ScriptedModel(async () => {
      events.push("request");
      return { text: "Hi" };
    });
    model.start = async () => void events.push("start");
    model.stop = async () => void events.push("stop");
    await replay(model, [], fine, fine);
    assert.deepEqual(events, ["start", "request", "request", "stop"]);
  });

  it("exits 1 and says why when the model does not start", async () => {
    const model = new ScriptedModel({ answer: "Hi" });
    model.start = () => Promise.reject(new Error("no GPU"));
    const { code, stderr } = await replay(model, [], fine);
    assert.equal(code, 1);
    assert.match(stderr, /^arena replay: The model failed to start: Error: no GPU\n$/);
  });

  it("builds the model that --model names, else MODEL", async () => {
    const named: string[] = [];
    for (const argv of [["-", "--model", "./my.ts"], ["-"]]) {
      const world = worldOf(new ScriptedModel({ answer: "Hi" }), { MODEL: "o1" });
      await runReplay(argv, stringTerminal(fine), {
        ...world,
        createModel: async (settings) => {
          named.push(settings.MODEL);
          return world.createModel();
        },
      });
    }
    assert.deepEqual(named, ["./my.ts", "o1"]);
  });

  it("--session and --limit choose, --concurrency runs so many at once", async () => {
    const model = new HeldModel();
    const lines = ["a", "b", "c", "d"].map((messageID) => exported({ messageID }));
    const terminal = stringTerminal(exported({ sessionID: "other" }), ...lines);
    const argv = ["-", "--session", "s1", "--limit", "3", "--concurrency", "2", "--json"];
    const ended = runReplay(argv, terminal, worldOf(model));
    const [a, b] = [await model.call("a"), await model.call("b")];
    assert.deepEqual(model.messageIDs, ["a", "b"]);
    b.answer("second");
    const c = await model.call("c");
    c.answer("third");
    a.answer("first");
    assert.equal(await ended, 0);
    const shown = jsonLines(terminal.stdout.text).map(({ line, messageID }) => [line, messageID]);
    assert.deepEqual(shown, [
      [2, "a"],
      [3, "b"],
      [4, "c"],
    ]);
  });

  it("keeps a session's order for a serial model, whatever --concurrency says", async () => {
    const model = new HeldModel({ sessionOrder: "serial" });
    const lines = [
      exported({ messageID: "a" }),
      exported({ messageID: "b" }),
      exported({ messageID: "c", sessionID: "s2" }),
    ];
    const ended = runReplay(["-", "--concurrency", "3"], stringTerminal(...lines), worldOf(model));
    const [a, c] = [await model.call("a"), await model.call("c")];
    assert.deepEqual(model.messageIDs, ["a", "c"]);
    a.answer("first");
    (await model.call("b")).answer("second");
    c.answer("third");
    assert.equal(await ended, 0);
  });

  it("Ctrl-C ends with what is there, and exits 130", async () => {
    const model = new HeldModel();
    let stopped = false;
    model.stop = () => {
      stopped = true;
    };
    const terminal = stringTerminal(exported({ messageID: "a" }), exported({ messageID: "b" }));
    const world = worldOf(model);
    const ended = runReplay(["-"], terminal, world);
    (await model.call("a")).answer("Hello yourself");
    const b = await model.call("b");
    world.interrupt();
    assert.equal(await ended, 130);
    assert.match(terminal.stdout.text, /message a: same\n/);
    assert.equal(terminal.stdout.text.includes("message b"), false);
    assert.match(terminal.stdout.text, /\n1 of 2 replayed: 1 same answer\n/);
    assert.equal(b.context.signal.aborted, true);
    assert.equal(stopped, true);
    assert.equal(world.isListening(), false);
  });

  it("Ctrl-C ends while the model starts", async () => {
    const model = new ScriptedModel({ answer: "Hi" });
    const starting = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    model.start = () => {
      starting.resolve();
      return started.promise;
    };
    const world = worldOf(model);
    const ended = runReplay(["-"], stringTerminal(fine), world);
    await starting.promise;
    world.interrupt();
    started.resolve();
    assert.equal(await ended, 130);
    assert.equal(model.calls.length, 0);
  });

  it("ends quietly when its reader has gone, and asks the model no more", async () => {
    const model = new ScriptedModel({ answer: "Hi" });
    const terminal = { ...stringTerminal(...Array(50).fill(fine)), stdout: new GoneReader() };
    assert.equal(await runReplay(["-"], terminal, worldOf(model)), 0);
    assert.equal(terminal.stderr.text, "");
    assert.ok(model.calls.length < 10, `${model.calls.length} calls`);
  });

  it("ends what still runs before it stops the model, when its reader has gone", async () => {
    const model = new HeldModel();
    const lines = ["a", "b", "c"].map((messageID) => exported({ messageID }));
    const terminal = { ...stringTerminal(...lines), stdout: new GoneReader() };
    const ended = runReplay(["-", "--concurrency", "3"], terminal, worldOf(model));
    const c = await model.call("c");
    let wasEnded = false;
    model.stop = () => {
      wasEnded = c.context.signal.aborted;
    };
    (await model.call("a")).answer("first");
    (await model.call("b")).answer("second");
    await ended;
    assert.equal(wasEnded, true);
  });

  it("writes out control characters of answers, which could change the terminal", async () => {
    const line = exported({ answer: JSON.stringify({ text: "a\u001b[2Jb\nc", image: null }) });
    const { stdout } = await replay(new ScriptedModel({ answer: "\u009b2J" }), [], line);
    assert.match(stdout, /\n {2}a\\u001b\[2Jb\n {2}c\n/);
    assert.match(stdout, /\\u009b2J/);
  });

  it("leaves out what was refused before it was stored, and says so", async () => {
    const refused = exported({ input: null, answer: failedAnswer });
    const { code, stdout, stderr } = await replay(
      new ScriptedModel({ answer: "Hi" }),
      [],
      refused,
      fine,
    );
    assert.equal(code, 0);
    assert.match(stderr, /^Left out 1 request\(s\) that were refused before/);
    assert.match(stdout, /^line 2 /);
  });

  it("runs nothing when a line cannot be read, and names all of them: exit code 2", async () => {
    const model = new ScriptedModel({ answer: "Hi" });
    const lines = [
      fine,
      "{",
      "",
      '{"input":{"messages":[{"role":1}]}}',
      '{"input":{"messages":[]}}',
    ];
    const { code, stdout, stderr } = await replay(model, [], ...lines);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /because standard input has 3 line\(s\) that cannot be read:\n/);
    assert.match(stderr, /\n {2}line 2: .*it is not JSON; expected/);
    assert.match(stderr, /\n {2}line 4: .*messages\[0\]/);
    assert.match(stderr, /\n {2}line 5: .*no message/);
    assert.equal(model.calls.length, 0);
  });

  it("checks also the lines that it would not run", async () => {
    const model = new ScriptedModel({ answer: "Hi" });
    assert.equal((await replay(model, ["--limit", "1"], fine, "{")).code, 2);
    assert.equal(model.calls.length, 0);
  });

  describe("with a file", () => {
    let folder = "";
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "arena-replay-"));
    });
    after(() => rm(folder, { recursive: true }));

    it("reads lines of any length, with any line end, a byte order mark, and U+2028 in texts", async () => {
      const file = join(folder, "odd.jsonl");
      const long = "ä".repeat(200_000);
      const texts = ["one\u2028two", long, "last"];
      const lines = texts.map((text) => JSON.stringify([{ role: "user", content: text }]));
      await writeFile(file, `\uFEFF${lines.join("\r\n")}`);
      const model = new ScriptedModel({ answer: "Hi" });
      assert.equal(await runReplay([file], stringTerminal(), worldOf(model)), 0);
      assert.deepEqual(
        model.calls.map(({ input }) => input.messages[0]?.content),
        texts,
      );
    });

    it("exits 2 for one that is not there", async () => {
      const { code, stderr } = await call([join(folder, "nope.jsonl")]);
      assert.equal(code, 2);
      assert.match(stderr, /^arena replay: Cannot read .*nope\.jsonl \(ENOENT.*Check the path/);
    });

    it("exits 2 for one without requests, or without that session", async () => {
      const file = join(folder, "one.jsonl");
      await writeFile(file, "\n\n");
      assert.match((await call([file])).stderr, /one\.jsonl holds no request that could/);
      await writeFile(file, `${fine}\n`);
      const { code, stderr } = await call([file, "--session", "s9"]);
      assert.equal(code, 2);
      assert.match(stderr, /holds no request of a session "s9"/);
    });
  });

  for (const [what, argv, message] of [
    ["no file", [], /Expected one FILE, got 0/],
    ["two files", ["a", "b"], /Expected one FILE, got 2/],
    ["an unknown option", ["-", "--loud"], /--loud/],
    [
      "a limit of nothing",
      ["-", "--limit", "0"],
      /--limit expects a whole number from 1 on; got 0/,
    ],
    ["a concurrency that is no number", ["-", "--concurrency", "2x"], /--concurrency expects/],
  ] as const) {
    it(`exits 2 for ${what}`, async () => {
      const { code, stderr } = await call(argv);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }

  it("explains itself", async () => {
    const { code, stdout } = await call(["--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /^arena replay FILE/);
  });
});

function exported(fields: Partial<RecordedRequest> = {}): string {
  return toExportLine(recordedRequest(fields));
}

async function replay(model: AIModel, argv: readonly string[], ...lines: readonly string[]) {
  return call(["-", ...argv], model, stringTerminal(...lines));
}

async function call(
  argv: readonly string[],
  model: AIModel = new ScriptedModel({ answer: "Hi" }),
  terminal: StringTerminal = stringTerminal(),
) {
  const code = await runReplay(argv, terminal, worldOf(model));
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

/** A world with this model, these settings, and a Ctrl-C for the test to press. */
function worldOf(model: AIModel, variables: Readonly<Record<string, string>> = {}) {
  let listener: (() => void) | null = null;
  return {
    readSettings: () => readEnvironment(undefined, variables),
    createModel: async () => model,
    onInterrupt: (interrupt: () => void) => {
      listener = interrupt;
      return () => {
        listener = null;
      };
    },
    interrupt: () => listener?.(),
    isListening: () => listener !== null,
  };
}

function jsonLines(text: string): Array<Record<string, unknown>> {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** How long the new model took, of which only the form is known. */
function modelMsOf(result: Record<string, unknown> | undefined): number {
  const { replayed } = result ?? {};
  assert.ok(typeof replayed === "object" && replayed !== null && "modelMs" in replayed);
  assert.ok(typeof replayed.modelMs === "number" && replayed.modelMs >= 0);
  return replayed.modelMs;
}

/** A pipe whose reader reads one line. */
class GoneReader extends Writable {
  #lines = 0;

  override _write(_chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#lines += 1;
    done(this.#lines > 1 ? Object.assign(new Error("write EPIPE"), { code: "EPIPE" }) : undefined);
  }
}

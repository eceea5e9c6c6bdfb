import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as broken from "../../../test/fixtures/containers/broken-containers.ts";
import { type Container, serveContainer } from "../../../test/fixtures/containers/container.ts";
import { PythonContainer } from "../../../test/fixtures/containers/python-container.ts";
import {
  type Output,
  RightContainer,
  rightDefinition,
} from "../../../test/fixtures/containers/right-container.ts";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import type { modelRequest } from "../../generated/model.ts";
import { pngImage } from "../doctor/checks/png-image.ts";
import { runChat } from "./chat.ts";

describe("arena chat", () => {
  it("says what the model is, and answers each line of the input", async () => {
    const { code, stdout, stderr } = await chat(new RightContainer(), [], "hello", "", "you?");
    assert.equal(code, 0);
    assert.match(stdout, /^right at 127\.0\.0\.1:\d+: handles text, needs text\n/);
    assert.match(stdout, /\nready\n\(predict → Empty \d+ ms, → answer \d+ ms\)\nready\n/);
    assert.equal(stderr, "");
  });

  it("ARENA-12 sends the whole conversation with each line, and a system message before it", async () => {
    const container = new ListeningContainer();
    await chat(container, ["--system", "Be kind."], "hello", "you?", "/reset", "again");
    const system = { role: "system", content: "Be kind." };
    assert.deepEqual(container.heard, [
      [system, { role: "user", content: "hello" }],
      [
        system,
        { role: "user", content: "hello" },
        { role: "assistant", content: "heard 1" },
        { role: "user", content: "you?" },
      ],
      [system, { role: "user", content: "again" }],
    ]);
    const [first, second, third] = container.sessions;
    assert.equal(first, second);
    assert.notEqual(second, third);
  });

  it("shows an error answer as one, does not remember it, and exits 1 (ARENA-18)", async () => {
    const container = new ListeningContainer();
    const { code, stdout, stderr } = await chat(container, [], "fail", "hello");
    assert.equal(code, 1);
    assert.match(stderr, /^✖ UNAVAILABLE: try again \(may succeed later\)\n/);
    assert.match(stderr, /a participant would read: Sorry\./);
    assert.match(stdout, /heard 2/);
    assert.deepEqual(container.heard[1], [{ role: "user", content: "hello" }]);
  });

  it("goes on after a predict that is refused, and exits 1 (ARENA-9)", async () => {
    const { code, stdout, stderr } = await chat(new FirstRefusingContainer(), [], "one", "two");
    assert.equal(code, 1);
    assert.match(stderr, /✖ predict ended with INTERNAL: not today/);
    assert.match(stdout, /ready/);
  });

  it("says that no answer came, and exits 1", async () => {
    const argv = ["--timeout", "0.05"];
    const { code, stderr } = await chat(new broken.SilentContainer(), argv, "hello");
    assert.equal(code, 1);
    assert.match(stderr, /✖ No answer with sessionID .* within 0\.05 s/);
  });

  it("writes out what could move a terminal's cursor, wherever a container says it", async () => {
    for (const container of [new CursorMover("text"), new CursorMover("error")]) {
      const { stdout, stderr } = await chat(container, ["--timeout", "0.5"], "hello");
      assert.ok(!hasControls(stdout), JSON.stringify(stdout));
      assert.ok(!hasControls(stderr), JSON.stringify(stderr));
      assert.match(`${stdout}${stderr}`, /\\u001b\[2Jline one\n\tline two/);
    }
    const { stderr } = await chat(new CursorMover("refusal"), [], "hello");
    assert.ok(!hasControls(stderr), JSON.stringify(stderr));
    assert.match(stderr, /\\u001b\[2J/);
  });

  it("says that an answer without its messageID would be lost", async () => {
    const { code, stderr } = await chat(new NamelessAnswers(), [], "hello");
    assert.equal(code, 1);
    assert.match(stderr, /came without its messageID .* in the arena it would be lost/);
  });

  it("exits 1 and asks for --model-id when the container was registered before (ARENA-6)", async () => {
    const container = new PythonContainer();
    container.registerModel();
    const { code, stderr } = await chat(container, [], "hello");
    assert.equal(code, 1);
    assert.match(stderr, /OUT_OF_RANGE.*--model-id NAME/);
    const named = await chat(container, ["--model-id", "python"], "hello");
    assert.equal(named.code, 0);
    assert.match(named.stdout, /^ready/);
  });

  it("exits 1 and says where to look when nothing answers (ARENA-3)", async () => {
    const served = await serveContainer(new RightContainer());
    await served[Symbol.asyncDispose]();
    const terminal = stringTerminal("hello");
    assert.equal(await runChat([served.address], terminal), 1);
    assert.match(terminal.stderr.text, /^arena chat: Nothing answers at .*Start the container/);
  });

  for (const [name, argv, code, message] of [
    ["no address", [], 2, /Expected one ADDRESS/],
    ["an unknown option", ["a:1", "--loud"], 2, /--loud/],
    ["an image that is not there", ["a:1", "--image", "/no/such.png"], 1, /Check the path/],
    ["an image that is none", ["a:1", "--image", import.meta.filename], 1, /PNG, JPEG, GIF/],
  ] as const) {
    it(`exits ${code} and says what to do for ${name}`, async () => {
      const terminal = stringTerminal("hello");
      assert.equal(await runChat(argv, terminal), code);
      assert.match(terminal.stderr.text, message);
    });
  }

  it("explains itself", async () => {
    const terminal = stringTerminal();
    assert.equal(await runChat(["--help"], terminal), 0);
    assert.match(terminal.stdout.text, /^arena chat ADDRESS/);
  });

  describe("with images", () => {
    let folder = "";
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "arena-chat-"));
      await writeFile(join(folder, "red square.png"), pngImage(10));
    });
    after(() => rm(folder, { recursive: true }));

    it("ARENA-12 attaches them to the first message and to the next", async () => {
      const container = new ListeningContainer();
      const file = join(folder, "red square.png");
      const url = `data:image/png;base64,${pngImage(10).toString("base64")}`;
      const image = { type: "image_url", image_url: { url } };
      await chat(container, ["--image", file], "what?", `/image ${file}`, "and this?", "well?");
      const said = container.heard.map((messages) => messages.at(-1)?.content);
      assert.deepEqual(said, [
        [{ type: "text", text: "what?" }, image],
        [{ type: "text", text: "and this?" }, image],
        "well?",
      ]);
    });

    it("saves what the model draws, and says where", async () => {
      const { code, stdout } = await chat(new DrawingContainer(), ["--images", folder], "draw");
      assert.equal(code, 0);
      const file = /image saved: (.*\.png)/.exec(stdout)?.[1] ?? "";
      assert.deepEqual(await readFile(file), pngImage(20));
    });

    it("says that an image to attach cannot be read, and goes on", async () => {
      const { code, stdout, stderr } = await chat(new RightContainer(), [], "/image nope", "hi");
      assert.equal(code, 1);
      assert.match(stderr, /✖ Cannot read the image nope/);
      assert.match(stdout, /ready/);
    });

    it("knows only its own commands", async () => {
      const { code, stderr } = await chat(new RightContainer(), [], "/draw a horse");
      assert.equal(code, 1);
      assert.match(stderr, /\/draw is not known; there are \/image FILE, \/reset and \/quit/);
    });
  });

  describe("on a terminal", () => {
    function interactive() {
      const terminal = stringTerminal();
      terminal.stdin.isTTY = true;
      terminal.stdout.isTTY = true;
      return terminal;
    }

    it("prompts, shows who speaks, and ends with /quit", async () => {
      await using served = await serveContainer(new RightContainer());
      const terminal = interactive();
      const chatting = runChat([served.address], terminal);
      await terminal.stdout.until("you> ");
      terminal.stdin.write("hello\n");
      await terminal.stdout.until("ready");
      assert.match(terminal.stdout.text, /waiting 0 s/);
      assert.match(terminal.stdout.text, /right> .*ready/);
      terminal.stdin.write("/quit\n");
      assert.equal(await chatting, 0);
    });

    it("ends with Ctrl-D, whatever failed before", async () => {
      await using served = await serveContainer(new ListeningContainer());
      const terminal = interactive();
      const chatting = runChat([served.address], terminal);
      await terminal.stdout.until("you> ");
      terminal.stdin.write("fail\n");
      await terminal.stderr.until("UNAVAILABLE");
      terminal.stdin.write("\x04");
      assert.equal(await chatting, 0);
    });

    it("ends with Ctrl-C while it waits for an answer", async () => {
      await using served = await serveContainer(new broken.SilentContainer());
      const terminal = interactive();
      const chatting = runChat([served.address], terminal);
      await terminal.stdout.until("you> ");
      terminal.stdin.write("hello\n");
      await terminal.stdout.until("waiting");
      terminal.stdin.write("\x03");
      assert.equal(await chatting, 0);
      assert.equal(terminal.stderr.text, "");
    });
  });
});

async function chat(container: Container, argv: readonly string[], ...lines: readonly string[]) {
  await using served = await serveContainer(container);
  const terminal = stringTerminal(...lines);
  const code = await runChat([served.address, ...argv], terminal);
  return { code, stdout: terminal.stdout.text, stderr: terminal.stderr.text };
}

/** Remembers what it hears; fails when it is told to. */
class ListeningContainer extends RightContainer {
  readonly heard: Array<ReadonlyArray<{ readonly content: unknown }>> = [];
  readonly sessions: string[] = [];

  override predict(request: modelRequest): void | Promise<void> {
    this.sessions.push(request.sessionID);
    return super.predict(request);
  }

  protected override async output(request: string): Promise<Output> {
    const messages = JSON.parse(request);
    this.heard.push(messages);
    if (messages.at(-1).content === "fail") {
      const error = { code: "UNAVAILABLE", message: "try again", retryable: true };
      return { text: "Sorry.", image: null, error };
    }
    return { text: `heard ${this.heard.length}`, image: null };
  }
}

class DrawingContainer extends RightContainer {
  protected override async output(): Promise<Output> {
    return { text: "here", image: pngImage(20).toString("base64") };
  }
}

class FirstRefusingContainer extends RightContainer {
  #calls = 0;

  override predict(request: modelRequest): void | Promise<void> {
    this.#calls += 1;
    if (this.#calls === 1) throw Object.assign(new Error("not today"), { code: 13 });
    return super.predict(request);
  }
}

const nasty = "\u001b[2Jline one\n\tline two\u009b31m\u202e";

function hasControls(text: string): boolean {
  return /[\p{Cc}\p{Bidi_Control}]/u.test(text.replaceAll(/[\n\t]/g, ""));
}

/** Has control characters in its name and in what it says. */
class CursorMover extends RightContainer {
  override readonly definition = { ...rightDefinition, modelID: "\u001b]0;owned\u0007right" };
  readonly #place: "text" | "error" | "refusal";

  constructor(place: "text" | "error" | "refusal") {
    super();
    this.#place = place;
  }

  override predict(request: modelRequest): void | Promise<void> {
    if (this.#place === "refusal") throw Object.assign(new Error(nasty), { code: 13 });
    return super.predict(request);
  }

  protected override async answer(request: modelRequest) {
    const error = { code: nasty, message: nasty, retryable: false };
    const output = { text: nasty, image: null, ...(this.#place === "error" && { error }) };
    return { ...(await super.answer(request)), answer: JSON.stringify(output) };
  }
}

class NamelessAnswers extends RightContainer {
  protected override async answer(request: modelRequest) {
    return { ...(await super.answer(request)), messageID: "" };
  }
}

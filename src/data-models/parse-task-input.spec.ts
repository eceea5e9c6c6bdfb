import assert from "node:assert/strict";
import { InvalidRequestError } from "../errors/request-errors.ts";
import { parseTaskInput } from "./parse-task-input.ts";

const hello = { role: "user", content: "Hello" };
const png = "iVBORw0KGgo=";
const parse = (value: unknown) => parseTaskInput(JSON.stringify(value));
const imagePart = (url: string) => ({ type: "image_url", image_url: { url } });

function problemOf(text: string): string {
  try {
    parseTaskInput(text);
  } catch (error) {
    assert.ok(error instanceof InvalidRequestError);
    return error.message;
  }
  return assert.fail("expected an InvalidRequestError");
}

describe("parseTaskInput", () => {
  it("ARENA-12 reads an array of chat messages, system message included", () => {
    const messages = [{ role: "system", content: "Be brief." }, hello];
    assert.deepEqual(parse(messages), { messages });
  });

  it("ARENA-12 reads text and image parts, of data and http(s) URLs", () => {
    const content = [
      { type: "text", text: "What is it?" },
      imagePart(`data:image/png;base64,${png}`),
      imagePart("https://example.org/cat.jpg"),
    ];
    assert.deepEqual(parse([{ role: "user", content }]), { messages: [{ role: "user", content }] });
  });

  it("ARENA-12 lets other roles pass and drops fields that it does not know", () => {
    const messages = [{ role: "tool", content: "42", tool_call_id: "x" }];
    assert.deepEqual(parse(messages), { messages: [{ role: "tool", content: "42" }] });
  });

  it("ARENA-12 takes a message without content, as one that calls tools is", () => {
    assert.deepEqual(parse([{ role: "assistant", content: null }, hello]).messages.length, 2);
  });

  it("ARENA-13 reads {messages}", () => {
    assert.deepEqual(parse({ messages: [hello], extra: 1 }), { messages: [hello] });
  });

  it("ARENA-13 reads {text, image, system}: system first, the image with the last user message", () => {
    const answered = { role: "assistant", content: "Hi" };
    const input = parse({ text: [hello, hello, answered], image: png, system: "Draw." });
    assert.deepEqual(input.messages, [
      { role: "system", content: "Draw." },
      hello,
      {
        role: "user",
        content: [{ type: "text", text: "Hello" }, imagePart(`data:image/png;base64,${png}`)],
      },
      answered,
    ]);
  });

  it("ARENA-13 reads {text} with an empty image and system as one without them", () => {
    for (const empty of [null, "", undefined]) {
      assert.deepEqual(parse({ text: [hello], image: empty, system: empty }), {
        messages: [hello],
      });
    }
  });

  it("ARENA-13 makes a user message for an image when there is none", () => {
    const [, message] = parse({ text: [{ role: "assistant", content: "?" }], image: png }).messages;
    assert.deepEqual(message, {
      role: "user",
      content: [imagePart(`data:image/png;base64,${png}`)],
    });
  });

  it("ARENA-13 keeps an image that is a data URL already, and names what others are", () => {
    const urlOf = (image: string) => {
      const content = parse({ text: [{ role: "user", content: [] }], image }).messages[0]?.content;
      return typeof content === "object" && content[0]?.type === "image_url"
        ? content[0].image_url.url.slice(0, 22)
        : undefined;
    };
    assert.equal(urlOf(`data:image/webp;base64,${png}`), "data:image/webp;base64");
    assert.equal(urlOf("/9j/4AAQ"), "data:image/jpeg;base64");
    assert.equal(urlOf("R0lGODlh"), "data:image/gif;base64,");
    assert.equal(urlOf("UklGRiQA"), "data:image/webp;base64");
  });

  it("ARENA-13 reads either shape inside {data}", () => {
    assert.deepEqual(parse({ data: [hello] }), { messages: [hello] });
    assert.deepEqual(parse({ data: { messages: [hello] } }), { messages: [hello] });
    assert.deepEqual(parse({ data: { text: [hello] } }), { messages: [hello] });
  });

  it("reads past a byte order mark and white space", () => {
    assert.deepEqual(parseTaskInput(`\uFEFF \n${JSON.stringify([hello])}\n`), {
      messages: [hello],
    });
  });

  it("says where a message is wrong and what was expected", () => {
    const cases: readonly [unknown, RegExp][] = [
      [[hello, { role: 1, content: "x" }], /\[1\]\.role: .*expected string, received number/],
      [[{ content: "x" }], /\[0\]\.role/],
      [{ messages: [{ role: "user" }] }, /messages\[0\]\.content/],
      [{ data: { text: [7] } }, /text\[0\]: .*expected object, received number/],
      [[{ role: "user", content: [{ type: "audio" }] }], /\[0\]\.content\[0\]\.type: .*'text'/],
      [
        [{ role: "user", content: [imagePart("ftp://x/y.png")] }],
        /content\[0\]\.image_url\.url: expected a data URL/,
      ],
      [{ text: [hello], image: 7 }, /image is a number; expected a string/],
      [{ text: [hello], system: {} }, /system is an object of another shape; expected a string/],
    ];
    for (const [value, problem] of cases) assert.match(problemOf(JSON.stringify(value)), problem);
  });

  it("names what came instead of messages, and lists the shapes that it takes", () => {
    const cases: readonly [string, RegExp][] = [
      ["", /it is empty/],
      [" \n", /it is empty/],
      ["tell me a story", /it is not JSON/],
      ['[{"role":', /it is not JSON/],
      ["null", /it is null/],
      ["42", /it is a number/],
      ['"hello"', /it is a string/],
      ['{"text":"hello"}', /an object of another shape/],
      ['{"data":null}', /it is null/],
    ];
    for (const [text, problem] of cases) {
      assert.match(problemOf(text), problem);
      assert.match(problemOf(text), /an array of messages/);
    }
    assert.match(problemOf("[]"), /no message/);
  });

  it("never repeats what the participant wrote", () => {
    for (const text of ['{"secret', '[{"role":"user","content":{"secret":1}}]', '"secret"']) {
      assert.doesNotMatch(problemOf(text), /secret/);
    }
  });

  it("refuses structure that would hold up the server, at once", () => {
    assert.match(problemOf("[".repeat(201)), /deeper than 200/);
    assert.match(problemOf(`[${"1,".repeat(400_000)}1]`), /more than 400000/);
    const many = Array.from({ length: 10_001 }, () => hello);
    assert.match(problemOf(JSON.stringify(many)), /10001 messages; at most 10000/);
  });
});

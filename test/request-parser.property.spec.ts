import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { parseTaskInput } from "../src/data-models/parse-task-input.ts";
import { Message, type MessagePart } from "../src/data-models/task.ts";
import { InvalidRequestError } from "../src/errors/request-errors.ts";
import { modelRequest } from "../src/generated/model.ts";
import { ScriptedModel } from "../src/testing.ts";
import { lastText, question } from "./fixtures/questions.ts";
import { testResources } from "./fixtures/test-resources.ts";
import { refusableRequests, slowRequests } from "./fixtures/worst-requests.ts";

/** What a task may send as text: lone surrogates, NUL, BOM and all. */
const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\0", "\uFEFF", "\ud800", "\udfff\ud800", '"\\', "\u2028", "__proto__"),
);

const aRole = fc.oneof(
  fc.constantFrom("system", "user", "assistant", "tool", "developer"),
  fc.string({ minLength: 1 }),
);

const anImageURL = fc.oneof(
  fc.base64String().map((data) => `data:image/png;base64,${data}`),
  fc.webUrl(),
  fc.constantFrom("DATA:IMAGE/GIF;base64,R0lGOD", "HTTPS://example.org/a.png"),
);

const aPart: fc.Arbitrary<MessagePart> = fc.oneof(
  anyText.map((text) => ({ type: "text" as const, text })),
  anImageURL.map((url) => ({ type: "image_url" as const, image_url: { url } })),
);

const aMessage: fc.Arbitrary<Message> = fc.record(
  { role: aRole, content: fc.oneof(anyText, fc.array(aPart, { maxLength: 4 })) },
  { noNullPrototype: true },
);

const messages = fc.array(aMessage, { minLength: 1, maxLength: 6 });

/** Fields that nobody knows, which must not matter. */
const unknownFields = fc.dictionary(
  fc.string({ minLength: 1 }).map((name) => `x_${name}`),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 3 },
);

/** The text of a value, as different writers write it. */
const writtenAs = (value: unknown) =>
  fc
    .tuple(
      fc.constantFrom("", "\uFEFF"),
      fc.constantFrom(undefined, 2, "\t"),
      fc.constantFrom("", "\r\n "),
    )
    .map(([bom, indent, blanks]) => bom + JSON.stringify(value, null, indent) + blanks);

/** Puts a request's object into `data`, not at all, once or twice. */
const wrapped = (value: unknown) =>
  fc.tuple(fc.nat(2), unknownFields).map(([times, fields]) => {
    let outer = value;
    for (let time = 0; time < times; time++) outer = { ...fields, data: outer };
    return outer;
  });

/** Base64 by the media type that its first bytes tell. */
const anImage = fc.oneof(
  ...Object.entries({
    "image/png": "iVBORw0KGgo",
    "image/jpeg": "/9j/4AAQ",
    "image/gif": "R0lGODlh",
    "image/webp": "UklGRiQA",
  }).map(([type, head]) =>
    fc.base64String().map((rest) => {
      const data = head + rest;
      return { data, url: `data:${type};base64,${data}` };
    }),
  ),
  anImageURL.map((url) => ({ data: url, url })),
);

/** Either a TaskInput that fits its schema, or an InvalidRequestError; anything else fails. */
function parseAnything(text: string): "input" | InvalidRequestError {
  try {
    const input = parseTaskInput(text);
    const read = z.array(Message).min(1).safeParse(input.messages);
    assert.ok(read.success, read.error && z.prettifyError(read.error));
    return "input";
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    assert.equal(error.code, "INVALID_ARGUMENT");
    return error;
  }
}

/** A valid request with some of its text cut out, doubled or replaced. */
const mutated = fc
  .tuple(
    fc.oneof(
      messages.map((value) => JSON.stringify(value)),
      messages.map((value) =>
        JSON.stringify({ data: { text: value, system: "s", image: "AAAA" } }),
      ),
    ),
    fc.array(
      fc.tuple(fc.nat(), fc.nat(9), fc.oneof(anyText, fc.constantFrom("{", "]", '"', "0"))),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  )
  .map(([text, cuts]) =>
    cuts.reduce((rest, [place, length, filler]) => {
      const start = place % (rest.length + 1);
      return rest.slice(0, start) + filler + rest.slice(start + length);
    }, text),
  );

/** Objects that look like requests, with anything in any place. */
const lookalike = fc
  .record(
    {
      messages: fc.oneof(fc.jsonValue(), messages),
      text: fc.oneof(fc.jsonValue(), messages),
      image: fc.oneof(
        fc.jsonValue(),
        anyText,
        fc.constantFrom("data:,x", "data:text/html,x", "http:"),
      ),
      system: fc.oneof(fc.jsonValue(), anyText),
      data: fc.jsonValue(),
      role: fc.jsonValue(),
      content: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  .chain((value) => fc.oneof(writtenAs(value), writtenAs([value]), writtenAs({ data: value })));

const nested = fc
  .tuple(fc.integer({ min: 1, max: 10_000 }), fc.constantFrom(["[", "]"], ['{"data":', "}"]))
  .map(([depth, [open = "", close = ""]]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

const garbage = fc.oneof(anyText, fc.json(), mutated, lookalike, nested);

describe("the request parser", () => {
  describe("reads every shape that tasks send", () => {
    it("ARENA-12 an array of messages, as it is", () => {
      fc.assert(
        fc.property(
          messages.chain((value) => fc.tuple(fc.constant(value), writtenAs(value))),
          ([value, text]) => {
            assert.deepEqual(parseTaskInput(text), { messages: value });
          },
        ),
      );
    });

    it("ARENA-12 messages and parts with fields that nobody knows", () => {
      fc.assert(
        fc.property(messages, unknownFields, (value, fields) => {
          const sent = value.map(({ role, content }) => ({
            ...fields,
            role,
            content:
              typeof content === "string"
                ? content
                : content.map((part) =>
                    part.type === "text"
                      ? { ...fields, ...part }
                      : { ...fields, ...part, image_url: { detail: "low", ...part.image_url } },
                  ),
          }));
          assert.deepEqual(parseTaskInput(JSON.stringify(sent)), { messages: value });
        }),
      );
    });

    it("ARENA-13 messages in an object, also within data", () => {
      const shape = fc.tuple(messages, unknownFields).chain(([value, fields]) =>
        wrapped({ ...fields, messages: value })
          .chain(writtenAs)
          .map((text) => ({ value, text })),
      );
      fc.assert(
        fc.property(shape, ({ value, text }) => {
          assert.deepEqual(parseTaskInput(text), { messages: value });
        }),
      );
    });

    it("ARENA-13 an array within data", () => {
      fc.assert(
        fc.property(messages, (value) => {
          assert.deepEqual(parseTaskInput(JSON.stringify({ data: value })), { messages: value });
        }),
      );
    });

    it("ARENA-13 text with system and image, also within data", () => {
      const shape = fc
        .record({
          text: messages,
          system: fc.oneof(anyText, fc.constantFrom(null, undefined)),
          image: fc.oneof(anImage, fc.constant(null)),
          fields: unknownFields,
        })
        .chain((given) => {
          const { text, system, image, fields } = given;
          return wrapped({ ...fields, text, system, image: image?.data })
            .chain(writtenAs)
            .map((written) => ({ ...given, written }));
        });
      fc.assert(
        fc.property(shape, ({ text, system, image, written }) => {
          const expected = image ? withImage(text, image.url) : [...text];
          if (system) expected.unshift({ role: "system", content: system });
          assert.deepEqual(parseTaskInput(written), { messages: expected });
        }),
      );
    });

    /** The image is a part of the last user message, or of one of its own. */
    function withImage(text: readonly Message[], url: string): Message[] {
      const image: MessagePart = { type: "image_url", image_url: { url } };
      const last = text.findLastIndex(({ role }) => role === "user");
      if (last === -1) return [...text, { role: "user", content: [image] }];
      return text.map((message, index) => {
        if (index !== last) return message;
        const { content } = message;
        const parts =
          typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
        return { role: "user", content: [...parts, image] };
      });
    }
  });

  describe("refuses everything else with an InvalidRequestError, and nothing but that", () => {
    it("garbage of every kind", () => {
      fc.assert(
        fc.property(garbage, (text) => void parseAnything(text)),
        { numRuns: 1000 },
      );
    });

    it("numbers, flags and nulls in the place of ids and contents", () => {
      const scalar = fc.oneof(
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.bigInt().map(String),
      );
      fc.assert(
        fc.property(scalar, scalar, scalar, (role, content, type) => {
          for (const value of [
            { role, content },
            { role: "user", content: [{ type, text: content }] },
            { role: "user", content: [{ type: "image_url", image_url: content }] },
            { role: "user", content: [{ type: "image_url", image_url: { url: type } }] },
          ]) {
            parseAnything(JSON.stringify([value]));
            parseAnything(JSON.stringify({ text: [value], system: role, image: content }));
          }
        }),
      );
    });

    it("without repeating a participant's words", () => {
      const canary = "CanaryOfAParticipant";
      const place = fc.constantFrom(
        `${canary}`,
        `[{"role":"user","content":"${canary}"`,
        JSON.stringify({ [canary]: canary }),
        JSON.stringify([{ role: "user", content: { [canary]: canary } }]),
        JSON.stringify([{ role: "user", content: [{ type: canary, [canary]: canary }] }]),
        JSON.stringify([
          { role: "user", content: [{ type: "image_url", image_url: { url: canary } }] },
        ]),
        JSON.stringify([{ role: [canary], content: canary }]),
        JSON.stringify({ text: [{ content: canary }], system: canary }),
        JSON.stringify({ text: [{ role: "user", content: canary }], system: [canary] }),
        JSON.stringify({ data: { data: canary } }),
      );
      fc.assert(
        fc.property(place, (text) => {
          const error = parseAnything(text);
          assert.ok(error instanceof InvalidRequestError);
          assert.doesNotMatch(`${error.message}${error.participantText}`, /Canary/);
        }),
      );
    });

    for (const [name, make] of Object.entries(refusableRequests)) {
      it(`32 MiB of ${name}`, () => {
        assert.ok(parseAnything(make()) instanceof InvalidRequestError);
      });
    }

    for (const [name, make] of Object.entries(slowRequests)) {
      it(`as much as is taken of ${name}, or reads it`, () => {
        parseAnything(make());
      });
    }
  });

  describe("behind a server", () => {
    const resources = testResources();

    async function serve() {
      const model = new ScriptedModel(async (input) => ({ text: lastText(input) }), {
        canImage: true,
      });
      const { address } = await resources.server(model);
      const client = resources.connect(address);
      const stream = resources.connect(address).answers();
      await stream.opened;
      return { client, stream };
    }

    it("ARENA-9 gives every garbage request exactly one answer, and predict is always OK", async () => {
      const { client, stream } = await serve();
      const expected: string[] = [];
      await fc.assert(
        fc.asyncProperty(fc.array(garbage, { minLength: 1, maxLength: 10 }), async (requests) => {
          const outcomes = await Promise.all(
            requests.map((request) => {
              const messageID = `m${expected.length}`;
              expected.push(messageID);
              return client.predict(question(messageID, { request }));
            }),
          );
          for (const { code } of outcomes) assert.equal(code, "OK");
        }),
        { numRuns: 40 },
      );
      expected.push("fence");
      await client.predict(question("fence"));
      await stream.reached(expected.length);
      await stream.answer("fence");
      assert.deepEqual(stream.messageIDs.toSorted(), expected.toSorted());
    });

    it("ARENA-15 echoes any ids as they came", async () => {
      const { client, stream } = await serve();
      // Protobuf's texts are well-formed, so the ids are, too.
      const id = anyText.filter((text) => text.isWellFormed());
      const ids = fc.uniqueArray(fc.tuple(id, id), {
        minLength: 1,
        maxLength: 10,
        selector: (pair) => JSON.stringify(pair),
      });
      const sent = new Set<string>();
      await fc.assert(
        fc.asyncProperty(ids, async (pairs) => {
          for (const [sessionID, messageID] of pairs) {
            const key = JSON.stringify([sessionID, messageID]);
            if (messageID === "" || sent.has(key)) continue;
            sent.add(key);
            assert.equal((await client.predict(question(messageID, { sessionID }))).code, "OK");
          }
        }),
        { numRuns: 20 },
      );
      const answers = await stream.reached(sent.size);
      const echoed = answers.map((answer) => JSON.stringify([answer.sessionID, answer.messageID]));
      assert.deepEqual(echoed.toSorted(), [...sent].toSorted());
    });

    it("ARENA-9 answers OK to any bytes, and lives on", async () => {
      const { client, stream } = await serve();
      const valid = modelRequest.encode(question("fuzz")).finish();
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc
          .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
          .map((changes) => {
            const changed = Uint8Array.from(valid);
            for (const [place, value] of changes) changed[place] = value;
            return changed;
          }),
        fc.nat(valid.length).map((length) => valid.slice(0, length)),
      );
      await fc.assert(
        fc.asyncProperty(bytes, async (some) => {
          assert.equal((await client.predict(Buffer.from(some))).code, "OK");
        }),
        { numRuns: 150 },
      );
      await client.predict(question("fence"));
      await stream.answer("fence");
    });

    it("ARENA-11 answers a request whose ids are numbers as one without ids", async () => {
      const { client, stream } = await serve();
      const { request, modelID } = question("");
      const named = modelRequest.encode({ request, modelID, sessionID: "", messageID: "" });
      // Fields 3 and 4 as varints, where texts should be.
      const bytes = Buffer.from([...named.finish(), 3 << 3, 17, 4 << 3, 42]);
      assert.equal((await client.predict(bytes)).code, "OK");
      const [answer] = await stream.reached(1);
      assert.deepEqual([answer?.sessionID, answer?.messageID], ["", ""]);
    });
  });
});

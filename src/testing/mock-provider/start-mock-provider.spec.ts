import assert from "node:assert/strict";
import { z } from "zod";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import { type FaultName, faults, listFaults, mockWords } from "./faults.ts";
import {
  type MockProvider,
  type MockProviderOptions,
  startMockProvider,
} from "./start-mock-provider.ts";

const Embeddings = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })) });

/** What a client of the wire got. */
interface Got {
  readonly status: number | null;
  readonly words: string;
  readonly finish: string | null;
  readonly isDone: boolean;
  readonly isBroken: boolean;
  readonly code: string | null;
}

const nothing: Got = {
  status: null,
  words: "",
  finish: null,
  isDone: false,
  isBroken: true,
  code: null,
};
const whole = mockWords.join("");
const half = mockWords.slice(0, 20).join("");

describe("the mock provider", () => {
  const resources = testResources();

  const start = async (options: MockProviderOptions = {}): Promise<MockProvider> =>
    resources.use(await startMockProvider({ timeScale: 0.001, ...options }));

  function post(mock: MockProvider, model: string, stream: boolean, more: object = {}) {
    const messages = [{ role: "user", content: "Hello, mock." }];
    return fetch(`${mock.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer CANARY-key" },
      body: JSON.stringify({ model, stream, messages, ...more }),
    });
  }

  async function ask(
    mock: MockProvider,
    model: string,
    stream: boolean,
    more?: object,
  ): Promise<Got> {
    let response: Response;
    try {
      response = await post(mock, model, stream, more);
    } catch {
      return nothing;
    }
    const { status } = response;
    const isStream = response.headers.get("content-type") === "text/event-stream";
    let text = "";
    let isCut = false;
    try {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? [])
        text += decoder.decode(chunk, { stream: true });
    } catch {
      isCut = true;
    }
    const read = isStream ? readEvents(text) : readBody(text);
    return { ...nothing, ...read, status, isBroken: isCut || read.isBroken };
  }

  const ok = {
    status: 200,
    words: whole,
    finish: "stop",
    isDone: true,
    isBroken: false,
    code: null,
  };
  const refused = (status: number, code: string | null): Got => ({
    ...nothing,
    status,
    code,
    isBroken: false,
  });
  const cutAt = (words: string): Got => ({ ...nothing, status: 200, words });

  for (const [fault, streamed, notStreamed] of [
    ["ok", ok, ok],
    ["slow-tokens", ok, ok],
    ["rate-limit-once", refused(429, "rate_limit_exceeded"), refused(429, "rate_limit_exceeded")],
    ["rate-limited", refused(429, "rate_limit_exceeded"), refused(429, "rate_limit_exceeded")],
    ["error-once", refused(500, null), refused(500, null)],
    ["unavailable", refused(503, null), refused(503, null)],
    ["reset-once", nothing, nothing],
    ["reset", nothing, nothing],
    ["silent", nothing, nothing],
    ["slow-first-token", ok, ok],
    ["cold-start", ok, ok],
    ["cut", cutAt(mockWords.slice(0, 40).join("")), cutAt("")],
    ["cut-before-content", cutAt(""), cutAt("")],
    ["stall", cutAt(half), cutAt("")],
    ["malformed-chunk", { ...ok, isBroken: true }, cutAt("")],
    ["no-done", { ...ok, isDone: false }, ok],
    [
      "context-length",
      refused(400, "context_length_exceeded"),
      refused(400, "context_length_exceeded"),
    ],
    ["content-filter", refused(400, "content_filter"), refused(400, "content_filter")],
    [
      "content-filter-midway",
      { ...ok, words: half, finish: "content_filter" },
      refused(400, "content_filter"),
    ],
    ["rejects-prefill", ok, ok],
    ["down-for-60s", refused(503, null), refused(503, null)],
    ["bad-request", refused(400, "invalid_value"), refused(400, "invalid_value")],
    ["bad-key", refused(401, "invalid_api_key"), refused(401, "invalid_api_key")],
    ["no-quota", refused(429, "insufficient_quota"), refused(429, "insufficient_quota")],
  ] as const satisfies readonly [FaultName, Got, Got][]) {
    it(`${faults[fault].does}: ${fault}, streamed`, async () => {
      assert.deepEqual(await ask(await start(), fault, true), streamed);
    });
    it(`${faults[fault].does}: ${fault}, not streamed`, async () => {
      // A body that is there at once has its mark of the end in its length.
      const { isDone: _, ...expected } = notStreamed;
      const { isDone: __, ...got } = await ask(await start(), fault, false);
      assert.deepEqual(got, expected);
    });
  }

  it("says what the user said", async () => {
    const mock = await start();
    const content = [{ type: "text", text: "Hello again." }];
    const got = await ask(mock, "echo", true, { messages: [{ role: "user", content }] });
    assert.equal(got.words, "Hello again.");
  });

  for (const fault of [
    "rate-limit-once",
    "error-once",
    "reset-once",
    "cut-before-content",
  ] as const) {
    it(`does ${fault} once, and again after clear`, async () => {
      const mock = await start();
      assert.notDeepEqual(await ask(mock, fault, true), ok);
      assert.deepEqual(await ask(mock, fault, true), ok);
      mock.clear();
      assert.notDeepEqual(await ask(mock, fault, true), ok);
    });
  }

  it("does it once for each model", async () => {
    const mock = await start({ models: { north: "error-once", south: "error-once" } });
    for (const model of ["north", "south"]) {
      assert.notDeepEqual(await ask(mock, model, true), ok);
      assert.deepEqual(await ask(mock, model, true), ok);
    }
  });

  it("has an address that can be called on IPv6, too", async () => {
    const { baseUrl } = await start({ host: "::1" });
    assert.match(baseUrl, /^http:\/\/\[::1\]:\d+\/v1$/);
    assert.equal((await fetch(`${baseUrl}/models`)).status, 200);
  });

  it("asks to be left alone for two seconds, in both headers", async () => {
    const { headers } = await post(await start({ timeScale: 1 }), "rate-limited", false);
    assert.equal(headers.get("retry-after"), "2");
    assert.equal(headers.get("retry-after-ms"), "2000");
  });

  it("refuses an answer that is to be continued, when the fault is to", async () => {
    const messages = [
      { role: "user", content: "Once" },
      { role: "assistant", content: "upon" },
    ];
    const got = await ask(await start(), "rejects-prefill", false, { messages });
    assert.equal(got.status, 400);
  });

  it("is down for a minute from its first request on", async () => {
    let now = 5_000_000;
    const mock = await start({ timeScale: 1, now: () => now });
    const statuses: unknown[] = [];
    for (const waitMs of [0, 59_999, 1]) {
      now += waitMs;
      statuses.push((await ask(mock, "down-for-60s", false)).status);
    }
    assert.deepEqual(statuses, [503, 503, 200]);
  });

  it("gives a model's own name the fault that it is told to", async () => {
    const mock = await start({ models: { "gpt-4o": "unavailable" } });
    assert.equal((await ask(mock, "gpt-4o", true)).status, 503);
    assert.equal(mock.requests[0]?.fault, "unavailable");
  });

  it("knows no other model, and says which there are", async () => {
    const mock = await start();
    const response = await post(mock, "gpt-4o", false);
    assert.equal(response.status, 404);
    const text = await response.text();
    assert.match(text, /"code":"model_not_found"/);
    assert.match(text, /there is ok, echo, .*rate-limited/);
  });

  it("tells what it saw by HTTP as by its handle, without keys, and forgets it when it is told to", async () => {
    const mock = await start();
    await ask(mock, "ok", true);
    const url = new URL("/requests", mock.baseUrl);
    const text = await (await fetch(url)).text();
    assert.deepEqual(JSON.parse(text), mock.requests);
    assert.doesNotMatch(text, /CANARY/);
    const [request] = mock.requests;
    assert.equal(request?.hasKey, true);
    assert.equal(request?.path, "/v1/chat/completions");
    assert.deepEqual(request?.body, {
      model: "ok",
      stream: true,
      messages: [{ role: "user", content: "Hello, mock." }],
    });
    await fetch(url, { method: "DELETE" });
    assert.deepEqual(mock.requests, []);
  });

  it("tells that a client left", async () => {
    const mock = await start({ timeScale: 1 });
    const leaving = new AbortController();
    const body = JSON.stringify({
      model: "silent",
      messages: [{ role: "user", content: "Hello" }],
    });
    const url = `${mock.baseUrl}/chat/completions`;
    const asked = fetch(url, { method: "POST", body, signal: leaving.signal }).catch(() => {});
    await mock.until((all) => all.length === 1);
    leaving.abort();
    await asked;
    await mock.until(([request]) => request?.ending === "client left");
  });

  it("lists its faults as models, and embeds", async () => {
    const mock = await start();
    const models = await (await fetch(`${mock.baseUrl}/models`)).text();
    for (const name of Object.keys(faults)) assert.ok(models.includes(`"${name}"`), name);
    const embed = async (input: unknown) => {
      const body = JSON.stringify({ model: "any", input });
      const response = await fetch(`${mock.baseUrl}/embeddings`, { method: "POST", body });
      return Embeddings.parse(await response.json()).data;
    };
    assert.equal((await embed(["a", "bc"])).length, 2);
    assert.deepEqual(await embed("a"), await embed(["a"]));
  });

  it("refuses what is no chat", async () => {
    const got = await ask(await start(), "ok", false, { messages: [] });
    assert.equal(got.status, 400);
  });

  it("names each of the sixteen faults but the sixteenth, which is the fourth seen otherwise", () => {
    const numbers = listFaults().match(/\bS\d\d\b/g);
    assert.deepEqual(
      [...new Set(numbers)].toSorted(),
      Array.from({ length: 16 }, (_, index) => `S${String(index + 1).padStart(2, "0")}`),
    );
  });
});

function readEvents(text: string): Partial<Got> & { readonly isBroken: boolean } {
  const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, line = ""]) => line);
  let words = "";
  let finish: string | null = null;
  let isBroken = false;
  for (const line of data.filter((each) => each !== "[DONE]")) {
    try {
      const [choice] = JSON.parse(line).choices;
      words += choice?.delta.content ?? "";
      finish = choice?.finish_reason ?? finish;
    } catch {
      isBroken = true;
    }
  }
  return { words, finish, isBroken, isDone: data.at(-1) === "[DONE]" };
}

function readBody(text: string): Partial<Got> & { readonly isBroken: boolean } {
  try {
    const { choices, error } = JSON.parse(text);
    const [choice] = choices ?? [];
    const words = choice?.message.content ?? "";
    return {
      words,
      finish: choice?.finish_reason ?? null,
      code: error?.code ?? null,
      isBroken: false,
    };
  } catch {
    return { isBroken: true };
  }
}

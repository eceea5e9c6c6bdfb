import type { ChatCall } from "./chat-call.ts";

/** The words of a whole answer: sixty, a token each. */
export const mockWords: readonly string[] = Array.from(
  { length: 60 },
  (_, index) => ` word${index}`,
);

const retryAfterMs = 2000;
const silenceMs = 120_000;
const slowMs = 20_000;
const stallMs = 30_000;
const downMs = 60_000;
const coldMs = 60_000;
/** Words that come before a stream breaks or stands still. */
const beforeCut = 40;
const beforeStall = 20;

/** What the mock can do, by the model's name that asks for it. */
export const faults = {
  ok: { does: "answers with sixty words", answer: (call) => call.answer(mockWords) },
  echo: {
    does: "answers with what the user said last",
    answer: (call) => call.answer([call.lastText]),
  },
  "slow-tokens": {
    does: "answers, a word every 100 ms",
    answer: (call) => call.answer(mockWords, { betweenMs: 100 }),
  },
  "rate-limit-once": {
    number: "S01",
    does: "answers 429 with Retry-After: 2 once, then as it should",
    answer: once(limitRate),
  },
  "rate-limited": {
    number: "S02",
    does: "answers 429 with Retry-After: 2 always",
    answer: limitRate,
  },
  "error-once": {
    number: "S03",
    does: "answers 500 once, then as it should",
    answer: once((call) => call.refuse(500, null, "The server had an error.")),
  },
  unavailable: {
    number: "S04",
    does: "answers 503 always (S16 too: whose tokens are they then?)",
    answer: beUnavailable,
  },
  "reset-once": {
    number: "S05",
    does: "resets the connection before it answers once, then answers",
    answer: once((call) => call.reset()),
  },
  reset: {
    does: "resets the connection before it answers, always",
    answer: (call) => call.reset(),
  },
  silent: {
    number: "S06",
    does: "takes the request and says nothing for 120 s",
    answer: async (call) => {
      await call.pause(silenceMs);
      await call.hangUp();
    },
  },
  "slow-first-token": {
    number: "S07",
    does: "begins to answer at once, says its first word after 20 s",
    answer: async (call) => {
      if (call.body.stream) call.begin();
      await call.pause(slowMs);
      await call.answer(mockWords);
    },
  },
  cut: {
    number: "S08",
    does: "hangs up after 40 of 60 words",
    answer: async (call) => {
      await begin(call, beforeCut);
      await call.hangUp();
    },
  },
  "cut-before-content": {
    does: "hangs up before the first word once, then answers",
    answer: once(async (call) => {
      call.begin();
      await call.hangUp();
    }),
  },
  stall: {
    number: "S09",
    does: "stands still for 30 s after 20 of 60 words, then hangs up",
    answer: async (call) => {
      await begin(call, beforeStall);
      await call.pause(stallMs);
      await call.hangUp();
    },
  },
  "malformed-chunk": {
    number: "S10",
    does: "sends broken JSON in the middle of its answer",
    answer: async (call) => {
      if (!call.body.stream) {
        return call.text(200, '{"id": "chatcmpl-', { "content-type": "application/json" });
      }
      await call.say(mockWords.slice(0, beforeStall));
      call.event('{"id": "chatcmpl-broken", "choices": [{"delta": {"content": ');
      await call.say(mockWords.slice(beforeStall));
      call.finish();
      call.done();
    },
  },
  "no-done": {
    number: "S11",
    does: "ends its stream without [DONE]",
    answer: async (call) => {
      if (!call.body.stream) return call.answer(mockWords);
      await call.say(mockWords);
      call.finish();
      call.done({ withMark: false });
    },
  },
  "context-length": {
    number: "S12",
    does: "answers 400 context_length_exceeded",
    answer: (call) =>
      call.refuse(
        400,
        "context_length_exceeded",
        "This model's maximum context length is 8192 tokens. Please reduce the length of the messages.",
      ),
  },
  "content-filter": {
    number: "S13",
    does: "answers 400 content_filter",
    answer: (call) =>
      call.refuse(400, "content_filter", "The prompt triggered the content management policy."),
  },
  "content-filter-midway": {
    does: "stops after 20 words with the finish reason content_filter",
    answer: async (call) => {
      if (!call.body.stream) {
        return call.refuse(400, "content_filter", "The answer triggered the content policy.");
      }
      await call.say(mockWords.slice(0, beforeStall));
      call.finish("content_filter");
      call.done();
    },
  },
  "rejects-prefill": {
    number: "S14",
    does: "answers 400 when the last message is the assistant's, else as it should",
    answer: (call) =>
      call.body.messages.at(-1)?.role === "assistant"
        ? call.refuse(400, "invalid_value", "The conversation must end with a user message.")
        : call.answer(mockWords),
  },
  "down-for-60s": {
    number: "S15",
    does: "answers 503 for 60 s from its first request on, then as it should",
    answer: (call) =>
      call.request.sinceFirstMs < call.scaled(downMs)
        ? beUnavailable(call)
        : call.answer(mockWords),
  },
  loading: {
    does: "answers 503 while it loads for 10 s from its first request on, then as it should",
    answer: (call) =>
      call.request.sinceFirstMs < call.scaled(10_000)
        ? call.json(503, {
            error: { message: "Loading model", type: "unavailable_error", code: 503 },
          })
        : call.answer(mockWords),
  },
  "cold-start": {
    does: "says nothing for 60 s from its first request on, as KubeAI while a model starts, then answers",
    answer: async (call) => {
      await call.pause(coldMs - call.request.sinceFirstMs / call.scaled(1));
      await call.answer(mockWords);
    },
  },
  "bad-request": {
    does: "answers 400 invalid_value",
    answer: (call) => call.refuse(400, "invalid_value", "Invalid value for the parameter."),
  },
  "bad-key": {
    does: "answers 401 invalid_api_key",
    answer: (call) => call.refuse(401, "invalid_api_key", "Incorrect API key provided."),
  },
  "no-quota": {
    does: "answers 429 insufficient_quota",
    answer: (call) => call.refuse(429, "insufficient_quota", "You exceeded your current quota."),
  },
} satisfies Readonly<Record<string, Fault>>;

/** The name of a fault, which is the name of a model of the mock. */
export type FaultName = keyof typeof faults;

/** Whether the mock can do this. */
export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}

/** A table of all faults, for people. */
export function listFaults(): string {
  const rows: [string, Fault][] = Object.entries(faults);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(([name, { number = "", does }]) => `  ${name.padEnd(width)}  ${number.padEnd(3)}  ${does}`)
    .join("\n");
}

function once(answer: Fault["answer"]): Fault["answer"] {
  return (call) => (call.request.earlier === 0 ? answer(call) : call.answer(mockWords));
}

function limitRate(call: ChatCall): void {
  call.refuse(429, "rate_limit_exceeded", "Rate limit reached for requests.", {
    "retry-after": String(Math.ceil(call.scaled(retryAfterMs) / 1000)),
    "retry-after-ms": String(call.scaled(retryAfterMs)),
  });
}

function beUnavailable(call: ChatCall): void {
  call.refuse(503, null, "The server is overloaded or not ready yet.");
}

/** The beginning of an answer that will have no end. */
async function begin(call: ChatCall, words: number): Promise<void> {
  call.begin();
  if (call.body.stream) await call.say(mockWords.slice(0, words));
}

/** One way to misbehave, chosen by its name as the model. */
interface Fault {
  /** Its number in the list of faults that a gateway has to survive, if it is one of them. */
  readonly number?: `S${string}`;
  /** What it does, for people. */
  readonly does: string;
  /** Answers one request, or does not. */
  readonly answer: (call: ChatCall) => void | Promise<void>;
}

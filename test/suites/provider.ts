import assert from "node:assert/strict";
import type {
  ChatEvent,
  ChatRequest,
  ChatToolCall,
  FinishReason,
} from "../../src/data-models/chat.ts";
import { type HttpAnswer, type HttpReply, HttpStandIn } from "../fixtures/http-stand-in.ts";
import { openAIToolTalk } from "../fixtures/openai-events.ts";
import {
  type ProviderAtVendor,
  type ProviderSetup,
  providerAtVendor,
} from "../fixtures/provider-at-vendor.ts";
import { asking, canaryKey, failureOf, verdictOf } from "../fixtures/provider-questions.ts";

/** The tool that every vendor is offered. */
export const weather = {
  name: "weather",
  description: "Tells the weather",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

/** How it is offered, and its calls are told, in the form of /chat/completions. */
export const openAITools = {
  sent: { tools: [{ type: "function", function: weather }] },
  talk: { messages: openAIToolTalk },
};

/** The bytes of an image, in base64. */
export const png = "iVBORw0KGgo=";

/** A question that is one image. */
export function showing(url: string): Pick<ChatRequest, "messages"> {
  return { messages: [{ role: "user", content: [{ type: "image", url }] }] };
}

/** An image among the words of a question. */
export const pictured: Pick<ChatRequest, "messages"> = {
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image", url: `data:image/png;base64,${png}` },
      ],
    },
  ],
};

/** What the router decides by: code, reason, retryable. */
export const verdicts = {
  badRequest: ["INVALID_ARGUMENT", "bad-request", false],
  contextLength: ["INVALID_ARGUMENT", "context-length", false],
  unsupported: ["INVALID_ARGUMENT", "unsupported", false],
  filtered: ["PERMISSION_DENIED", "content-filter", false],
  wrongKey: ["UNAUTHENTICATED", "access", false],
  forbidden: ["PERMISSION_DENIED", "access", false],
  quota: ["RESOURCE_EXHAUSTED", "quota", false],
  rateLimit: ["RESOURCE_EXHAUSTED", "rate-limit", true],
  notFound: ["NOT_FOUND", "not-found", false],
  unavailable: ["UNAVAILABLE", "unavailable", true],
  loading: ["UNAVAILABLE", "loading", true],
  timeout: ["DEADLINE_EXCEEDED", "timeout", true],
  connection: ["UNAVAILABLE", "connection", true],
  brokenStream: ["UNAVAILABLE", "broken-stream", true],
  malformed: ["INTERNAL", "malformed", false],
} as const;

/** How a vendor fails, what that is, what the error says, and how long to wait if it says that. */
export type Failure = readonly [
  reply: HttpReply,
  verdict: readonly unknown[],
  problem?: RegExp,
  retryAfterMs?: number,
];

/** What a model cannot honour, and what the error says of it. */
export type Refused = readonly [request: Partial<ChatRequest>, problem: RegExp, model?: string];

/** How one vendor does what every vendor does. */
export interface VendorCase extends Omit<ProviderSetup, "friendly"> {
  /** Says `Hel` and `lo`, and ends in the ordinary way. */
  readonly friendly: HttpAnswer;
  /** Says `Hel`, and no more. */
  readonly begun: HttpAnswer;
  /** Says `Looking.`, and calls. */
  readonly calling: (calls: readonly ChatToolCall[]) => HttpAnswer;
  /** The tokens of each of them. */
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  /** Where the question arrives, which headers hold the key, and the whole body. */
  readonly asked: {
    readonly target: string;
    readonly keyed: Readonly<Record<string, string>>;
    readonly body: object;
  };
  /** A request with all that the vendor takes, and the whole body of it. */
  readonly settings: readonly [request: Partial<ChatRequest>, body: object];
  /** Images as they are asked about, and what of the body shows them; none where no model sees. */
  readonly images?: readonly [request: Partial<ChatRequest>, sent: object, model?: string];
  readonly tools: {
    /** What of the body offers `weather`. */
    readonly sent: object;
    /** Choices of a tool, and what of the body says them. */
    readonly choices?: readonly (readonly [ChatRequest["toolChoice"], object])[];
    /** What of the body tells the conversation `toolTalk`. */
    readonly talk: object;
    /** Whether the vendor names its calls; if not, names are made up. */
    readonly namesCalls?: boolean;
  };
  /** An answer that ends by this word, and what the words mean. */
  readonly ended?: (word: string) => HttpAnswer;
  readonly reasons?: Readonly<Record<string, FinishReason>>;
  readonly refused: Readonly<Record<string, Refused>>;
  readonly failures: Readonly<Record<string, Failure>>;
  /** What it is that nothing answers, where that is no connection that fails. */
  readonly nowhere?: readonly [verdict: readonly unknown[], problem: RegExp];
  /** Pages of the list of models; null where nobody tells them. */
  readonly lists: {
    readonly pages: readonly HttpAnswer[];
    readonly names: readonly string[];
    readonly targets: readonly string[];
  } | null;
}

const calls: readonly ChatToolCall[] = [
  { id: "c1", name: "weather", arguments: '{"city":"Oslo"}' },
  { id: "c2", name: "weather", arguments: '{"city":"Rome"}' },
];

/** A conversation in which two calls were made at once and answered. */
const toolTalk: Partial<ChatRequest> = {
  tools: [weather],
  messages: [
    { role: "user", content: "Compare." },
    { role: "assistant", content: "", toolCalls: calls },
    { role: "tool", toolCallID: "c1", content: "snow" },
    { role: "tool", toolCallID: "c2", content: "sun" },
  ],
};

/** What every provider does, shown at a stand-in of its vendor, which `own` may go on with. */
export function describeProvider(
  title: string,
  vendorCase: VendorCase,
  own: (at: () => ProviderAtVendor) => void = () => {},
): void {
  describe(title, () => {
    const at = providerAtVendor(vendorCase);
    describeAnswers(at, vendorCase);
    describeTools(at, vendorCase);
    describeRefusals(at, vendorCase);
    describeFailures(at, vendorCase);
    describeAborts(at, vendorCase);
    own(at);
  });
}

function describeAnswers(at: () => ProviderAtVendor, vendorCase: VendorCase): void {
  const { friendly, usage, asked, settings, images, ended, reasons = {}, lists } = vendorCase;

  it("streams text, and says why it ended and what it cost", async () => {
    assert.deepEqual(await at().events(friendly), [
      { type: "text", text: "Hel" },
      { type: "text", text: "lo" },
      { type: "finish", reason: "stop", usage },
    ]);
    const { method, target, headers, body } = at().vendor.last;
    assert.deepEqual([method, target], ["POST", asked.target]);
    assert.deepEqual(keyedOf(headers), asked.keyed);
    assert.deepEqual(body, asked.body);
  });

  it("sends every setting of the request in the vendor's words", async () => {
    const [request, body] = settings;
    assert.deepEqual(await at().sent(request), body);
  });

  if (images) {
    it("sends images", async () => {
      const [request, sent, model] = images;
      assertHolds(await at().sent(request, model), sent);
    });
  }

  for (const [word, reason] of Object.entries(reasons)) {
    it(`reads the end ${word} as ${reason}`, async () => {
      assert.ok(ended);
      const last = (await at().events(ended(word))).at(-1);
      assert.deepEqual(last, { type: "finish", reason, usage });
    });
  }

  it("lists models where it can", async () => {
    const { provider, vendor } = at();
    const { signal } = new AbortController();
    if (lists === null) {
      assert.equal(provider.listModels, null);
      return;
    }
    vendor.reply(...lists.pages);
    assert.deepEqual(await provider.listModels?.({ signal }), lists.names);
    assert.deepEqual(
      vendor.requests.map(({ target }) => target),
      lists.targets,
    );
    for (const { headers } of vendor.requests) assert.deepEqual(keyedOf(headers), asked.keyed);
  });
}

function describeTools(at: () => ProviderAtVendor, { calling, usage, tools }: VendorCase): void {
  const { sent, choices = [], talk, namesCalls = true } = tools;

  it("offers tools, and passes parallel calls on whole, with the text before them", async () => {
    const events = await at().events(calling(calls), { tools: [weather] });
    const made = events.flatMap((event) => (event.type === "tool-call" ? event.call : []));
    const named = made.map((call, index) =>
      namesCalls ? call : { ...call, id: calls[index]?.id },
    );
    assert.deepEqual(named, calls);
    assert.equal(new Set(made.map(({ id }) => id)).size, 2);
    assert.deepEqual(
      events.filter(({ type }) => type !== "tool-call"),
      [
        { type: "text", text: "Looking." },
        { type: "finish", reason: "tool-calls", usage },
      ] satisfies ChatEvent[],
    );
    assertHolds(at().vendor.last.fields, sent);
  });

  it("sends calls and what tools answered", async () => {
    assertHolds(await at().sent(toolTalk), talk);
  });

  for (const [toolChoice, chosen] of choices) {
    it(`says of tools: ${JSON.stringify(toolChoice)}`, async () => {
      const choice = toolChoice === undefined ? {} : { toolChoice };
      assertHolds(await at().sent({ tools: [weather], ...choice }), chosen);
    });
  }
}

function describeRefusals(at: () => ProviderAtVendor, { refused }: VendorCase): void {
  for (const [what, [request, problem, model]] of Object.entries(refused)) {
    it(`refuses ${what} before the call`, async () => {
      const error = await at().failure(null, request, model);
      assert.deepEqual(verdictOf(error), verdicts.unsupported);
      assert.match(error.message, problem);
      assert.deepEqual(at().vendor.requests, []);
    });
  }
}

function describeFailures(
  at: () => ProviderAtVendor,
  { failures, begun, create, model, nowhere }: VendorCase,
): void {
  tellsFailures(at, failures);

  it("takes an answer for broken that ends without a reason or with its connection", async () => {
    for (const ending of ["end", "drop"] as const) {
      const error = await at().failure({ ...begun, ending });
      assert.deepEqual(verdictOf(error), verdicts.brokenStream, ending);
    }
  });

  it("says where nothing answers", async () => {
    const gone = await HttpStandIn.start();
    const { origin } = gone;
    await gone.close();
    const error = await failureOf(create(origin, at().keys), model);
    const [verdict, problem] = nowhere ?? [
      verdicts.connection,
      new RegExp(`nothing answers at ${origin}`),
    ];
    assert.deepEqual(verdictOf(error), verdict);
    assert.match(error.message, problem);
  });
}

/** Shows what a provider makes of failures, each asked for once. */
export function tellsFailures(
  at: () => ProviderAtVendor,
  failures: Readonly<Record<string, Failure>>,
): void {
  for (const [what, [reply, verdict, problem, retryAfterMs = 0]] of Object.entries(failures)) {
    it(`tells ${what}, once and without key and question`, async () => {
      const error = await at().failure(reply);
      const { keys, vendor, provider } = at();
      assert.deepEqual(verdictOf(error), verdict);
      if (problem) assert.match(error.message, problem);
      assert.ok(error.message.startsWith(`${provider.name}: `), error.message);
      assert.equal(error.retryAfterMs, retryAfterMs);
      assert.equal(vendor.requests.length, 1);
      assert.equal(keys.refusals, error.code === "UNAUTHENTICATED" ? 1 : 0);
    });
  }
}

function describeAborts(at: () => ProviderAtVendor, { begun, model }: VendorCase): void {
  hangsUp(at, "before the answer", "hang", model);
  hangsUp(at, "within the answer", { ...begun, ending: "hang" }, model);

  it("asks nobody when it was aborted before", async () => {
    const reason = new Error("too late");
    const { provider, vendor } = at();
    const events = provider.stream(model, asking(), { signal: AbortSignal.abort(reason) });
    await assert.rejects(Array.fromAsync(events), reason);
    assert.deepEqual(vendor.requests, []);
  });
}

/** Shows that the call ends with the wait for it: at the first text, or before there is any. */
export function hangsUp(
  at: () => ProviderAtVendor,
  when: string,
  reply: HttpReply,
  model: string,
): void {
  it(`hangs up at once when nobody waits any longer, ${when}`, async () => {
    const { provider, vendor } = at();
    vendor.reply(reply);
    const reason = new Error("the participant left");
    const controller = new AbortController();
    const events = provider.stream(model, asking(), { signal: controller.signal });
    const answered = assert.rejects(async () => {
      for await (const event of events) if (event.type === "text") controller.abort(reason);
    }, reason);
    await vendor.received(1);
    if (reply === "hang") controller.abort(reason);
    await answered;
    await vendor.last.closed;
  });
}

/** The headers that hold the key. */
function keyedOf(headers: object): Readonly<Record<string, string>> {
  const keyed = Object.entries(headers).filter(([, value]) => String(value).includes(canaryKey));
  return Object.fromEntries(keyed);
}

/** That a body has these members, whatever else it has. */
function assertHolds(body: Readonly<Record<string, unknown>>, members: object): void {
  const found = Object.keys(members).map((name) => [name, body[name]]);
  assert.deepEqual(Object.fromEntries(found), members);
}

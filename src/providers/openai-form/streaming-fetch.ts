import { z } from "zod";

/** OpenAI's last event. Within an event no line can begin so. */
const done = /(^|[\r\n])data: ?\[DONE\]/;
const doneLength = "\ndata: [DONE]".length;

/** For how long the rest is read: a connection that ends well can serve the next call. */
const gracePeriodMs = 1000;

/** A body that ends with OpenAI's `[DONE]`, also where the server keeps it open. */
export function untilDone(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let tail = "";
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { value } = await reader.read();
        const text = tail + Buffer.from(value ?? []).toString("latin1");
        tail = text.slice(1 - doneLength);
        if (value) controller.enqueue(value);
        if (value && !done.test(text)) return;
        controller.close();
        await leave(reader);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

async function leave(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const cancel = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, gracePeriodMs).unref();
  try {
    while (!(await reader.read()).done);
  } catch {
    return;
  } finally {
    clearTimeout(timer);
  }
}

const Coded = z.object({ code: z.union([z.string(), z.number()]) });

/** A failure that came where an answer should, in the form of the SDKs' errors. */
export class FailedResponse extends Error {
  override readonly name = "FailedResponse";
  /** What the vendor says of it. */
  readonly error: unknown;
  readonly code: string | number | undefined;

  constructor(error: unknown) {
    // The vendor's words may quote the request.
    super("the response failed");
    this.error = error;
    this.code = Coded.safeParse(error).data?.code;
  }
}

const Failure = z.object({ error: z.union([z.string(), z.looseObject({})]) });

/** An answer of /chat/completions that came whole; what is in it goes on unread. */
const Completion = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        message: z.looseObject({ tool_calls: z.array(z.looseObject({})).nullish() }),
      }),
    )
    .min(1),
});

/**
 * Wraps a `fetch` for a client that reads streams only. Some gateways and servers
 * answer whole although a stream was asked for; that becomes a stream of one chunk.
 * Some report a failure so, under a good status: it rejects with what they say.
 */
export function createStreamingFetch(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const type = response.headers.get("content-type") ?? "";
    if (!response.ok || !response.body) return response;
    if (!/^application\/json\b/i.test(type)) {
      const { status, statusText, headers } = response;
      return new Response(untilDone(response.body), { status, statusText, headers });
    }
    const { choices, ...rest } = readCompletion(await response.text());
    const chunk = { ...rest, choices: choices.map(toStreamed) };
    return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
      headers: { "content-type": "text/event-stream" },
    });
  };
}

function readCompletion(text: string): z.infer<typeof Completion> {
  const body = parsed(text);
  const failure = Failure.safeParse(body);
  if (failure.success) throw new FailedResponse(failure.data.error);
  const completion = Completion.safeParse(body);
  if (completion.success) return completion.data;
  throw new Error("no chat completion came");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser would quote the text.
    return undefined;
  }
}

function toStreamed({ message, ...choice }: z.infer<typeof Completion>["choices"][number]) {
  const calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
  return { ...choice, delta: { ...message, ...(calls && { tool_calls: calls }) } };
}

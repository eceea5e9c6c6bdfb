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

/** What stands in the data of each server-sent event of a body, without OpenAI's closing `[DONE]`. */
export async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const events = `${rest}${decoder.decode(bytes, { stream: true })}`.split(/\r?\n\r?\n/);
    rest = events.pop() ?? "";
    for (const event of events) yield* dataOf(event);
  }
  yield* dataOf(rest);
}

function* dataOf(event: string): Generator<string> {
  const data = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
  if (data !== "" && data !== "[DONE]") yield data;
}

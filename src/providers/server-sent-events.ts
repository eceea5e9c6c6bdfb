/** What stands in the data of each server-sent event of a body, up to OpenAI's closing `[DONE]`. */
export async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    const events = `${rest}${decoder.decode(bytes, { stream: true })}`.split(/\r?\n\r?\n/);
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = dataOf(event);
      if (data === "[DONE]") return;
      if (data !== "") yield data;
    }
  }
  const data = dataOf(rest);
  if (data !== "" && data !== "[DONE]") yield data;
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
}

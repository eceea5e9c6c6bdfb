/**
 * Decodes a body that may not end within reason.
 * @param onTooLarge called when more than `maxBytes` have come: it throws, or the text ends there
 */
export async function boundedText(
  { body }: Pick<Response, "body">,
  maxBytes: number,
  onTooLarge: () => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      onTooLarge();
      break;
    }
  }
  return text;
}

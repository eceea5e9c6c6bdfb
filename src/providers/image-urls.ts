import type { ChatRequest } from "../data-models/chat.ts";
import { refusedRequest } from "./refused-request.ts";

/**
 * Refuses images that a vendor cannot take, before the call: it takes them as
 * bytes only, in some formats.
 * @param formats as they stand in a data URL, such as `png`
 */
export function refuseForeignImages(
  provider: string,
  { messages }: ChatRequest,
  formats: readonly string[],
): void {
  const taken = new RegExp(`^data:image/(?:${formats.join("|")});base64,`);
  for (const [index, { content }] of messages.entries()) {
    if (typeof content === "string") continue;
    const position = content.findIndex((part) => part.type === "image" && !taken.test(part.url));
    if (position >= 0) {
      const place = `messages[${index}].content[${position}]`;
      const expected = `a data URL of base64 in ${formats.join(", ")}`;
      throw refusedRequest(provider, `${place} must be an image as ${expected}.`);
    }
  }
}

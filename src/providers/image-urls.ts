import type { ChatRequest } from "../data-models/chat.ts";
import { refusedRequest } from "./errors/refused-request.ts";
import type { ProviderAccess } from "./provider-access.ts";
import { isPrivateAddress } from "./transport/private-address.ts";

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
  const place = placeOfImage(messages, (url) => !taken.test(url));
  if (place === null) return;
  const expected = `a data URL of base64 in ${formats.join(", ")}`;
  throw refusedRequest(provider, `${place} must be an image as ${expected}.`);
}

/**
 * Refuses images at addresses in private networks, which a participant could
 * have a server of one's own fetch for them: its cloud's credentials, or an
 * unguarded service beside it.
 */
export function refusePrivateImages(
  provider: string,
  { messages }: ChatRequest,
  { privateImages = false }: ProviderAccess,
): void {
  if (privateImages) return;
  const place = placeOfImage(messages, (url) => !/^data:/i.test(url) && isPrivateAddress(url));
  if (place === null) return;
  const problem = `${place} is an image at an address in a private network, or at none of the web. Send it as a data URL; where images are served in that network, set PRIVATE_IMAGE_URLS=true.`;
  throw refusedRequest(provider, problem);
}

function placeOfImage(
  messages: ChatRequest["messages"],
  isMeant: (url: string) => boolean,
): string | null {
  for (const [index, { content }] of messages.entries()) {
    if (typeof content === "string") continue;
    const position = content.findIndex((part) => part.type === "image" && isMeant(part.url));
    if (position >= 0) return `messages[${index}].content[${position}]`;
  }
  return null;
}

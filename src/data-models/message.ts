import { z } from "zod";

/** A piece of text in a message. */
export const TextPart = z.object({ type: z.literal("text"), text: z.string() });
export type TextPart = z.infer<typeof TextPart>;

/** An image in a message: a data URL or an http(s) URL. */
export const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.object({
    url: z.string().regex(/^(data:image\/|https?:\/\/)/i, {
      error: "expected a data URL (data:image/…) or an http(s) URL",
    }),
  }),
});
export type ImagePart = z.infer<typeof ImagePart>;

/** A part of a message's content. */
export const MessagePart = z.discriminatedUnion("type", [TextPart, ImagePart]);
export type MessagePart = z.infer<typeof MessagePart>;

/** One chat message in OpenAI's format (ARENA-12). Unknown fields are dropped. */
export const Message = z.object({
  role: z.string().min(1),
  content: z.union([z.string(), z.array(MessagePart)], {
    error: "expected a string or an array of parts",
  }),
});
export type Message = z.infer<typeof Message>;

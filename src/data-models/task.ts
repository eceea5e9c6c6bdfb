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

/** What a model is asked: the conversation so far, system message included. */
export interface TaskInput {
  readonly messages: readonly Message[];
}

/** What a model answers. `image` is base64 without a data URL's head. */
export const TaskOutput = z.object({
  text: z.string(),
  image: z.string().nullish(),
});
export type TaskOutput = z.infer<typeof TaskOutput>;

/** What a model tells the arena about itself (`modelDefinition` on the wire). */
export const ModelDefinition = z.strictObject({
  /** The name under which the model takes requests. */
  modelID: z.string().min(1),
  /** It cannot work without text. */
  needsText: z.boolean(),
  /** It cannot work without an image. */
  needsImage: z.boolean(),
  /** It can handle text. */
  canText: z.boolean(),
  /** It can handle images. An image sent to a model that cannot is an error answer. */
  canImage: z.boolean(),
});
export type ModelDefinition = z.infer<typeof ModelDefinition>;

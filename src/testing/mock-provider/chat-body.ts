import { z } from "zod";

const Content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  z.null(),
]);

/** The part of a chat completion's body that the mock looks at. */
export const ChatBody = z.looseObject({
  model: z.string(),
  stream: z.boolean().nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content.optional() })).min(1),
});
export type ChatBody = z.infer<typeof ChatBody>;

import { z } from "zod";

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

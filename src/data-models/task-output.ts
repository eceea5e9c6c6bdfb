import { z } from "zod";

/** What a model answers. `image` is base64 without a data URL's head. */
export const TaskOutput = z.object({
  text: z.string(),
  image: z.string().nullish(),
});
export type TaskOutput = z.infer<typeof TaskOutput>;

import { z } from "zod";

const perMillion = z.number().nonnegative().max(10_000);

/** What one model costs and how fast it is, where arena.yaml knows it better than the table. */
export const ModelPrice = z.strictObject({
  inputPerMillion: perMillion.describe("US dollars for a million tokens of the question"),
  outputPerMillion: perMillion.describe("US dollars for a million tokens of the answer"),
  speed: z.number().positive().max(100_000).optional().describe("Tokens per second of the answer"),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** The part `prices` of arena.yaml: by `provider/model`, in any spelling of the model. */
export const PriceConfig = z
  .record(
    z.string().regex(/^[a-z0-9-]+\/.+$/, {
      error:
        "expected PROVIDER/MODEL, the provider in small letters, such as openai/gpt-4o or ollama/llama3:8b",
    }),
    ModelPrice,
  )
  .describe("Prices by PROVIDER/MODEL; they override the built-in table");
export type PriceConfig = z.infer<typeof PriceConfig>;

import { z } from "zod";
import { providerNames } from "../../providers/catalogue.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { shownText } from "../../text/shown-text.ts";
import { modelPatternProblem } from "../profile-models.ts";
import { WrittenAccessInfo } from "./access-info-schema.ts";
import { providerSpellings, toProviderName } from "./provider-spellings.ts";
import { kindOf, textExpected, textField } from "./text-fields.ts";

const providerList = providerNames.join(", ");

const provider = z
  .string({ error: ({ input }) => providerExpected(input) })
  .transform((written, context) => {
    const name = toProviderName(written);
    if (name) return name;
    const nearest = nearestName(written, providerNames);
    const hint = nearest ? `; did you mean ${nearest}?` : "";
    context.addIssue(`expected one of ${providerList}, got ${shownText(written)}${hint}`);
    return z.NEVER;
  })
  .meta({
    anyOf: [{ enum: [...providerNames] }, { pattern: providerSpellings }],
  })
  .describe("Who has the models. The documents' spellings, such as AWS_BEDROCK, are known too.");

function providerExpected(input: unknown): string {
  if (typeof input !== "number") {
    return `${input === undefined ? "is missing" : `got ${kindOf(input)}`}; expected one of ${providerList}`;
  }
  return `got a number, and a number meant another provider in each release of the documents; expected one of ${providerList}`;
}

const modelPattern = textField("a model's name or a glob").check(({ value, issues }) => {
  const message = value === value.trim() ? modelPatternProblem(value) : null;
  if (message) issues.push({ code: "custom", message, input: undefined });
});

const modelList = (what: string) =>
  z
    .array(modelPattern, {
      error: ({ input }) =>
        `expected a list of models, got ${kindOf(input)}; write [gpt-4o, claude-*], or take it away to allow all`,
    })
    .exactOptional()
    .describe(what);

const keyText = "the key or a reference such as {Env:NAME}";

/** A profile as people write it: the key and the models may stand where older documents had them. */
export const WrittenProfile = z.strictObject(
  {
    name: textField("a name that workspaces and routes can use").describe(
      "What workspaces, users and routes call it.",
    ),
    provider,
    accessInfo: WrittenAccessInfo.exactOptional().describe("How the provider is reached."),
    accessKey: z
      .union(
        [
          textField(keyText),
          z.strictObject({ apiKey: textField(keyText).describe("The key or a reference to it.") }),
        ],
        { error: ({ input }) => textExpected(keyText, input) },
      )
      .exactOptional()
      .describe(
        "A reference such as {Env:NAME}, {File:/path}, {AWS:Secret:Key} or {Azure:Vault:Key}, in quotes; or the key.",
      ),
    allowedModels: modelList("Exact names or globs of * and ?; without it all models are allowed."),
    maxTokens: z
      .int({ error: ({ input }) => `expected a whole number of tokens, got ${kindOf(input)}` })
      .positive({ error: "expected 1 or more tokens" })
      .exactOptional()
      .describe("The longest answer, in tokens; without it the vendor's own limit."),
    llmModels: modelList("The documents' later form: allowedModels that chat."),
    embeddingModels: modelList("The documents' later form: allowedModels that embed."),
  },
  { error: ({ input }) => `expected a map with name and provider, got ${kindOf(input)}` },
);
/** A profile of which anything may be missing, because it was wrong. */
export const PartialProfile = WrittenProfile.partial();
export type PartialProfile = z.infer<typeof PartialProfile>;

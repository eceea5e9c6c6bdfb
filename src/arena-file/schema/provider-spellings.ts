import { type ProviderName, providerNames } from "../profile.ts";

/** Providers by the names that the documents give them, in our way of writing. */
const otherNames: Readonly<Record<string, ProviderName>> = {
  azure: "azure-openai",
  "aws-bedrock": "bedrock",
  "aws-sagemaker": "sagemaker",
  "openai-like": "self-hosted",
  "custom-llm": "self-hosted",
  mistralai: "mistral",
  mistralcodestral: "mistral-codestral",
  codestral: "mistral-codestral",
  togetherai: "together",
};

/** The provider that is meant, such as `bedrock` for `AWS_BEDROCK` and `PROVIDER_AWS_BEDROCK`. */
export function toProviderName(written: string): ProviderName | undefined {
  const name = written
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^provider-/, "");
  const own = providerNames.find((known) => known === name);
  return own ?? (Object.hasOwn(otherNames, name) ? otherNames[name] : undefined);
}

/** A regular expression, as editors know them, of all that `toProviderName` takes. */
export const providerSpellings = `^(?:${inAnyCase("provider-")})?(?:${[
  ...providerNames,
  ...Object.keys(otherNames),
]
  .map(inAnyCase)
  .join("|")})$`;

/** The same of `toInferenceApi`, where it is text. */
export const inferenceApiSpellings = `^(?:[123]|${["openai", "ollama", "vllm"].map(inAnyCase).join("|")})$`;

function inAnyCase(name: string): string {
  return name
    .replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)
    .replaceAll("-", "[-_]");
}

/** What the server speaks, by the documents' words and numbers. */
export function toInferenceApi(written: string | number): "openai" | "ollama" | "vllm" | undefined {
  switch (String(written).toLowerCase()) {
    case "1":
    case "openai":
      return "openai";
    case "2":
    case "ollama":
      return "ollama";
    case "3":
    case "vllm":
      return "vllm";
    default:
      return undefined;
  }
}

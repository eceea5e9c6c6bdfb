import { catalogue, type ProviderName, providerNames } from "../../providers/catalogue.ts";

/**
 * The documents' names of providers. Those that must be told where they are come
 * first: in this order the published schema has them.
 */
const otherNames: ReadonlyMap<string, ProviderName> = new Map(
  providerNames
    .toSorted((one, other) => Number(hasNeeds(other)) - Number(hasNeeds(one)))
    .flatMap((name) => (catalogue[name].spellings ?? []).map((other) => [other, name] as const)),
);

function hasNeeds(name: ProviderName): boolean {
  return catalogue[name].needs.length > 0;
}

/** The provider that is meant, such as `bedrock` for `AWS_BEDROCK` and `PROVIDER_AWS_BEDROCK`. */
export function toProviderName(written: string): ProviderName | undefined {
  const name = written
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^provider-/, "");
  return providerNames.find((known) => known === name) ?? otherNames.get(name);
}

/** A regular expression, as editors know them, of all that `toProviderName` takes. */
export const providerSpellings = `^(?:${inAnyCase("provider-")})?(?:${[
  ...providerNames,
  ...otherNames.keys(),
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

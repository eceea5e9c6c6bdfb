import { z } from "zod";
import type { TokenUsage } from "../../data-models/chat.ts";
import { normalizeModelName } from "../../data-models/model-name.ts";
import { priceTable, sameModelsAs } from "./price-table.ts";

const perMillion = z.number().nonnegative().max(10_000);

/** What one model costs and how fast it is, where arena.yaml knows it better than the table. */
const ModelPrice = z.strictObject({
  inputPerMillion: perMillion.describe("US dollars for a million tokens of the question"),
  outputPerMillion: perMillion.describe("US dollars for a million tokens of the answer"),
  speed: z.number().positive().max(100_000).optional().describe("Tokens per second of the answer"),
});

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

/** What a model costs, in US dollars per million tokens, and how fast it is said to be. */
export interface Price {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  /** Tokens per second; null if nobody says. */
  readonly speed: number | null;
}

/** Looks prices up: those of arena.yaml first, then the built-in table. It calls nobody. */
export class Prices {
  readonly #own: ReadonlyMap<string, Price>;

  constructor(config: PriceConfig = {}) {
    this.#own = new Map(
      Object.entries(config).map(([name, { speed = null, ...price }]) => {
        const slash = name.indexOf("/");
        const model = normalizeModelName(name.slice(slash + 1));
        return [keyOf(name.slice(0, slash), model), { ...price, speed }];
      }),
    );
  }

  /** Null when the price is unknown, which is neither 0 nor an error. */
  find(provider: string, model: string): Price | null {
    for (const name of namesOf(model)) {
      const key = keyOf(provider, name);
      const price = this.#own.get(key) ?? builtIn.get(key);
      if (price) return price;
    }
    return null;
  }

  /** Providers whose built-in list has this model; empty if nobody's has. */
  sellersOf(model: string): readonly string[] {
    for (const name of namesOf(model)) {
      const found = sellers.get(name);
      if (found) return found;
    }
    return [];
  }

  /**
   * The model as this provider spells it, its edition included; null where the
   * built-in list does not know, as for Azure's deployments, which users name.
   */
  spellingOf(provider: string, model: string): string | null {
    const { region, name, edition } = partsOf(model);
    const whole = spellings.get(keyOf(provider, normalizeModelName(model)));
    if (whole !== undefined) return whole;
    const undated = spellings.get(keyOf(provider, name));
    return undated === undefined ? null : `${region && `${region}.`}${undated}${edition}`;
  }
}

/** US dollars for these tokens; null when price or tokens are unknown. */
export function costOf(price: Price | null, usage: TokenUsage): number | null {
  if (!price || usage.inputTokens === null || usage.outputTokens === null) return null;
  const { inputPerMillion, outputPerMillion } = price;
  return (usage.inputTokens * inputPerMillion + usage.outputTokens * outputPerMillion) / 1e6;
}

/** A normal name taken apart. */
interface NameParts {
  /** Of Bedrock, such as `eu`; else empty. */
  readonly region: string;
  readonly name: string;
  /** What says only which edition it is, such as `-2024-08-06`; else empty. */
  readonly edition: string;
}

/**
 * Tells a name from what says only which edition it is: a date, `-latest`, and
 * Bedrock's region and version. Another version's name is never cut to this one's.
 */
function partsOf(model: string): NameParts {
  const [, region = "", name = "", edition = ""] = editions.exec(normalizeModelName(model)) ?? [];
  return { region, name, edition };
}

const editions =
  /^(?:(us|eu|apac|jp|au|ca|global)-(?=(?:ai21|amazon|anthropic)-))?(.*?)((?:-(?:latest|20\d{6}|20\d\d-\d\d-\d\d|\d\d-20\d\d))?(?:-v\d+:\d+)?)$/;

/** In normal form: as it stands, and without its edition. */
function namesOf(model: string): readonly string[] {
  return [normalizeModelName(model), partsOf(model).name];
}

function keyOf(provider: string, normalName: string): string {
  return `${provider}/${normalName}`;
}

const rows = Object.entries(priceTable).flatMap(([provider, models]) =>
  Object.entries(models).map(([model, row]) => ({ provider, model, row })),
);
const resold = Object.entries(sameModelsAs).flatMap(([reseller, provider]) =>
  rows.filter((row) => row.provider === provider).map((row) => ({ ...row, provider: reseller })),
);
const offers = [...rows, ...resold];

const builtIn: ReadonlyMap<string, Price> = new Map(
  offers.map(({ provider, model, row: [inputPerMillion, outputPerMillion, speed = null] }) => [
    keyOf(provider, normalizeModelName(model)),
    { inputPerMillion, outputPerMillion, speed },
  ]),
);
const sellers: ReadonlyMap<string, readonly string[]> = new Map(
  [...Map.groupBy(offers, ({ model }) => normalizeModelName(model))].map(([model, sold]) => [
    model,
    sold.map(({ provider }) => provider),
  ]),
);
const spellings: ReadonlyMap<string, string> = new Map(
  rows.map(({ provider, model }) => [keyOf(provider, normalizeModelName(model)), model]),
);

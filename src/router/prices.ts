import type { TokenUsage } from "../data-models/chat.ts";
import { normalizeModelName } from "../data-models/model-name.ts";
import type { PriceConfig } from "./price-config.ts";
import { priceTable, sameModelsAs } from "./price-table.ts";

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
        return [keyOf(name.slice(0, slash), name.slice(slash + 1)), { ...price, speed }];
      }),
    );
  }

  /** Null when the price is unknown, which is neither 0 nor an error. */
  find(provider: string, model: string): Price | null {
    for (const name of [model, undatedName(model)]) {
      const key = keyOf(provider, name);
      const price = this.#own.get(key) ?? builtIn.get(key);
      if (price) return price;
    }
    return null;
  }

  /** Providers whose built-in list has this model; empty if nobody's has. */
  sellersOf(model: string): readonly string[] {
    return sellers.get(normalizeModelName(undatedName(model))) ?? [];
  }
}

/** US dollars for these tokens; null when price or tokens are unknown. */
export function costOf(price: Price | null, usage: TokenUsage): number | null {
  if (!price || usage.inputTokens === null || usage.outputTokens === null) return null;
  const { inputPerMillion, outputPerMillion } = price;
  return (usage.inputTokens * inputPerMillion + usage.outputTokens * outputPerMillion) / 1e6;
}

/**
 * A name without what says only which edition it is: a date, `-latest`, and
 * Bedrock's region and version. Another version's name is never cut to this one's.
 */
function undatedName(model: string): string {
  return model
    .replace(/^(?:us|eu|apac|jp|au|ca|global)\./, "")
    .replace(/-v\d+:\d+$/, "")
    .replace(/-(?:latest|20\d{6}|20\d\d-\d\d-\d\d|\d\d-20\d\d)$/, "");
}

function keyOf(provider: string, model: string): string {
  return `${provider}/${normalizeModelName(model)}`;
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
    keyOf(provider, model),
    { inputPerMillion, outputPerMillion, speed },
  ]),
);
const sellers: ReadonlyMap<string, readonly string[]> = new Map(
  [...Map.groupBy(offers, ({ model }) => normalizeModelName(model))].map(([model, sold]) => [
    model,
    sold.map(({ provider }) => provider),
  ]),
);

import { isSameModel } from "../../data-models/model-name.ts";
import { providerNames } from "../../providers/catalogue.ts";
import { nearestName } from "../../text/nearest-name.ts";
import { shownText } from "../../text/shown-text.ts";
import { toProviderName } from "../schema/provider-spellings.ts";
import type { Mistake } from "./mistake.ts";
import { twinMistakes } from "./name-mistakes.ts";

/**
 * Finds prices, by PROVIDER/MODEL, that nobody would ever look up: of a provider
 * that is not known or goes by another name here, or of a model that stands
 * there in two spellings.
 */
export function checkPrices(prices: Readonly<Record<string, unknown>>): Mistake[] {
  const names = Object.keys(prices);
  return [
    ...names.flatMap((name) => {
      const [provider] = partsOf(name);
      if (providerNames.some((known) => known === provider)) return [];
      const message = `no provider is called ${shownText(provider)}; ${remedyFor(provider)}`;
      return [{ path: ["prices", name], message }];
    }),
    ...twinMistakes(names, ["prices"], isSameOffer),
  ];
}

function isSameOffer(one: string, other: string): boolean {
  const [[provider, model], [otherProvider, otherModel]] = [partsOf(one), partsOf(other)];
  return provider === otherProvider && isSameModel(model, otherModel);
}

/** The model's name may hold slashes as well. */
function partsOf(name: string): readonly [provider: string, model: string] {
  const slash = name.indexOf("/");
  return [name.slice(0, slash), name.slice(slash + 1)];
}

function remedyFor(provider: string): string {
  const meant = toProviderName(provider);
  if (meant !== undefined) return `write ${meant}/MODEL`;
  const nearest = nearestName(provider, providerNames);
  return nearest === undefined
    ? `expected one of ${providerNames.join(", ")}`
    : `did you mean ${nearest}/MODEL?`;
}

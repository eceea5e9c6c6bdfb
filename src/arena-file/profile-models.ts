import { normalizeModelName } from "../data-models/model-name.ts";
import { compileModelPattern, type ModelPattern } from "./model-pattern.ts";
import type { Profile } from "./profile.ts";

/** Whether a profile has a model, and by what. */
export type ModelVerdict =
  | {
      readonly isAllowed: true;
      /** As the provider knows it where the profile has the name; else as it was asked for. */
      readonly model: string;
      /** Whether the profile has the name, letter by letter, and not a glob or nothing at all. */
      readonly isSpelled: boolean;
      readonly reason: string;
    }
  | { readonly isAllowed: false; readonly reason: string };

/** The models of one profile, ready to be asked for many times. */
export class ProfileModels {
  readonly #allowed: readonly ModelPattern[];
  /** Names by their normal form, as the provider spells them. */
  readonly #spellings: ReadonlyMap<string, string>;
  readonly #endpoints: ReadonlySet<string> | null;

  constructor({ allowedModels = [], accessInfo }: Profile) {
    const { deployments = {}, endpoints } = accessInfo;
    this.#allowed = allowedModels.map(compileModelPattern);
    const exact = this.#allowed.filter(({ isGlob }) => !isGlob).map(({ text }) => text);
    // A key of deployments or endpoints is looked up letter by letter, so its spelling wins.
    const names = [...exact, ...Object.keys(deployments), ...Object.keys(endpoints ?? {})];
    this.#spellings = new Map(names.map((name) => [normalizeModelName(name), name]));
    this.#endpoints = endpoints ? new Set(Object.keys(endpoints).map(normalizeModelName)) : null;
  }

  /** Decides about a model, in any spelling of its name. */
  judge(model: string): ModelVerdict {
    const normal = normalizeModelName(model);
    const pattern = this.#allowed.find(({ fits }) => fits(normal));
    if (this.#allowed.length > 0 && !pattern) {
      return { isAllowed: false, reason: "allowedModels does not have it" };
    }
    if (this.#endpoints && !this.#endpoints.has(normal)) {
      return { isAllowed: false, reason: "accessInfo.endpoints does not have it" };
    }
    const reason = pattern ? `allowedModels has ${pattern.text}` : "allows all models";
    const spelling = this.#spellings.get(normal);
    return { isAllowed: true, model: spelling ?? model, isSpelled: spelling !== undefined, reason };
  }

  /** Names and globs that may be asked for; null means all. */
  get names(): readonly string[] | null {
    if (this.#allowed.length > 0) return this.#allowed.map(({ text }) => text);
    return this.#endpoints ? [...this.#spellings.values()] : null;
  }
}

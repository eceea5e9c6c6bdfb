import { normalizeModelName } from "../data-models/model-name.ts";
import type { Profile } from "../providers/catalogue.ts";

/** What no model's name holds; regular expressions and lists do. */
const foreign = /[\s[\]{}()\\^$|!<>,"'`]/;
const longest = 200;

/** A model's name, or a glob of `*` and `?`, as people write it into allowedModels. */
export interface ModelPattern {
  /** As it was written. */
  readonly text: string;
  readonly isGlob: boolean;
  /** Whether a name fits; the name has to be normalised. */
  fits(normalName: string): boolean;
}

/** Prepares a pattern: names and globs are compared in the form of `normalizeModelName`. */
export function compileModelPattern(text: string): ModelPattern {
  const normal = normalizeModelName(text);
  const isGlob = /[*?]/.test(text);
  return {
    text,
    isGlob,
    fits: isGlob ? (name) => fitsGlob(name, normal) : (name) => name === normal,
  };
}

/** What is wrong with a pattern, and the remedy; null if nothing is. */
export function modelPatternProblem(text: string): string | null {
  if (text.length > longest) return `is longer than ${longest} characters; write a shorter glob`;
  if (text.includes("**")) return "** means no more than *; write one *";
  const stranger = foreign.exec(text)?.[0];
  if (stranger === undefined) return null;
  if (stranger === "," || /\s/.test(stranger)) {
    return "expected one model per entry; write each on a line of its own";
  }
  return `${stranger} is no part of a glob; only * (any characters) and ? (one character) are known`;
}

/** Whether a name can fit both of two patterns. */
export function canFitBoth(one: string, other: string): boolean {
  const [first, second] = [normalizeModelName(one), normalizeModelName(other)];
  // Row by row from the ends: whether what is left of the one and of the other can be the same.
  let below: boolean[] = [];
  for (let at = first.length; at >= 0; at--) {
    const row: boolean[] = [];
    for (let place = second.length; place >= 0; place--) {
      const [letter, opposite] = [first[at], second[place]];
      row[place] =
        letter === undefined && opposite === undefined
          ? true
          : (letter === "*" && (below[place] || row[place + 1])) ||
            (opposite === "*" && (row[place + 1] || below[place])) ||
            (isSameLetter(letter, opposite) && below[place + 1]) ||
            false;
    }
    below = row;
  }
  return below[0] ?? false;
}

function isSameLetter(letter: string | undefined, opposite: string | undefined): boolean {
  if (letter === undefined || opposite === undefined) return false;
  return letter === opposite || letter === "?" || opposite === "?";
}

/** Goes back to the last star only, so that no glob makes it exponential. */
function fitsGlob(name: string, glob: string): boolean {
  let at = 0;
  let step = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (glob[step] === "*") {
      star = step++;
      resume = at;
    } else if (step < glob.length && (glob[step] === "?" || glob[step] === name[at])) {
      step++;
      at++;
    } else if (star >= 0) {
      step = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (glob[step] === "*") step++;
  return step === glob.length;
}

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

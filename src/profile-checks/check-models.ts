import {
  compileModelPattern,
  type ModelPattern,
  ProfileModels,
} from "../arena-file/profile-models.ts";
import { sideBySide } from "../async/side-by-side.ts";
import { isSameModel, normalizeModelName } from "../data-models/model-name.ts";
import { ProviderError } from "../errors/model-errors.ts";
import type { Profile } from "../providers/catalogue.ts";
import type { Provider } from "../providers/provider.ts";
import { nearestName } from "../text/nearest-name.ts";
import { ask } from "./ask.ts";
import { type Examination, type Finding, notAsked, ok, problem, warning } from "./finding.ts";

/** OpenAI's newer API takes no fewer; the answer is left as soon as it begins. */
const minTokens = 16;

/**
 * Asks a model for as little as can be asked for. Returns the name by which the
 * server says who answered; null where it says none.
 * @throws ProviderError when it does not answer
 */
async function askForAWord(
  provider: Provider,
  model: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { embeddings, parameters } = provider.capabilities(model);
  // What nobody knows counts as able, so the name has to say that it does nothing else.
  if (embeddings && provider.embed && /embed|\b(bge|e5|gte)\b/i.test(model)) {
    await provider.embed(model, ["Hello"], { signal });
    return null;
  }
  const request = {
    messages: [{ role: "user", content: "Say hello in one word." } as const],
    ...(parameters.has("maxTokens") && { maxTokens: minTokens }),
  };
  let served: string | null = null;
  const onServed = (name: string) => {
    served = name;
  };
  const events = provider.stream(model, request, { signal, onServed })[Symbol.asyncIterator]();
  await events.next();
  await events.return?.();
  return served;
}

/** The names that a vendor lists, or why there are none. */
export type ListedModels =
  | { readonly names: readonly string[] }
  | { readonly names: null; readonly why: string };

/** Models of one profile that are asked at once. */
const atOnce = 4;

/**
 * Finds out whether each allowed model exists. A name that the list lacks is
 * asked for one word, because lists leave out aliases; a glob needs one match.
 * At KubeAI nobody is asked: the question would start the model.
 */
export async function checkModels(
  provider: Provider,
  examination: Examination,
  listed: ListedModels,
): Promise<Finding[]> {
  const { profile } = examination;
  const patterns = (profile.allowedModels ?? []).map(compileModelPattern);
  const names = namesOf(profile, patterns);
  const checked = await sideBySide(names, atOnce, (name) =>
    checkName(name, provider, examination, listed),
  );
  const globs = patterns.filter(({ isGlob }) => isGlob);
  if (listed.names === null) {
    const isKnown = names.length > 0;
    const rest = globs.map(({ text }) => notAsked(`models ${text}`, listed.why));
    const remedy = "Name a model in allowedModels to have it asked.";
    return [...checked, ...rest, ...(isKnown ? [] : [notAsked("models", listed.why, remedy)])];
  }
  const { names: known } = listed;
  return [
    ...checked,
    ...globs.map((glob) => checkGlob(glob, known)),
    ...(patterns.length === 0 ? [checkAll(known)] : []),
  ];
}

/** The models that the profile names, in its list and beside it: each once, as the router asks for it. */
function namesOf(profile: Profile, patterns: readonly ModelPattern[]): readonly string[] {
  const models = new ProfileModels(profile);
  const listed = patterns.filter(({ isGlob }) => !isGlob).map(({ text }) => text);
  const written = [...listed, ...Object.keys(profile.accessInfo.deployments ?? {})];
  const asked = written.map((name) => models.judge(name)).filter((verdict) => verdict.isAllowed);
  return [...new Set(asked.map(({ model }) => model))];
}

async function checkName(
  name: string,
  provider: Provider,
  { profile, signal }: Examination,
  listed: ListedModels,
): Promise<Finding> {
  const { names } = listed;
  const check = `model ${name}`;
  if (names && listedAs(name, profile).some((spelling) => names.includes(spelling))) {
    return ok(check, "is in the list");
  }
  const other = names?.find((known) => isSameModel(known, name));
  if (other !== undefined) {
    return problem(check, `is spelled ${other} there`, `Write ${other} into allowedModels.`);
  }
  if (profile.provider === "kubeai") return unlistedAtKubeAI(check, name, listed);
  const answer = await ask(check, signal, () => askForAWord(provider, name, signal));
  const why = listed.names === null ? listed.why : "it is not in the list";
  if (answer.isAnswered) {
    return (
      otherModel(check, name, answer.value, profile) ??
      ok(check, `answers; asked for one word, for ${why}`)
    );
  }
  if (signal.aborted || !(answer.thrown instanceof ProviderError)) return answer.finding;
  switch (answer.thrown.reason) {
    case "not-found": {
      const nearest = names ? nearestName(name, names) : undefined;
      const remedy = nearest === undefined ? answer.finding.remedy : `Did you mean ${nearest}?`;
      return { ...answer.finding, remedy };
    }
    case "bad-request":
    case "context-length":
    case "content-filter":
      return warning(
        check,
        `refuses a question for one word: ${answer.finding.detail}`,
        answer.finding.remedy ?? "Check its name.",
      );
    default:
      return answer.finding;
  }
}

/** Its list has every Model that is for anything, and its adapters; there are no aliases. */
function unlistedAtKubeAI(check: string, name: string, listed: ListedModels): Finding {
  if (listed.names === null) {
    const detail = `${listed.why}, and the question would start the model`;
    return notAsked(check, detail, "Let the list of models be had.");
  }
  const nearest = nearestName(name, listed.names);
  const remedy =
    nearest === undefined
      ? "Correct the name, or create the Model; one without features is in no list."
      : `Did you mean ${nearest}?`;
  return problem(check, "is not in the list", remedy);
}

/** llama-server answers any name with what it has loaded. Vendors give their aliases' full names. */
function otherModel(
  check: string,
  name: string,
  served: string | null,
  profile: Profile,
): Finding | null {
  if (served === null || isSameModel(served, name) || !isSelfHosted(profile)) return null;
  const remedy = `Write ${shown([served])} into allowedModels, or load ${name} there.`;
  return warning(check, `answers, and says that it is ${shown([served])}: not this model`, remedy);
}

/** KubeAI is asked for no word. */
function isSelfHosted({ provider }: Profile): boolean {
  return ["self-hosted", "ollama", "vllm"].includes(provider);
}

/** How a list may call what a name asks for. */
function listedAs(name: string, { provider, accessInfo }: Profile): readonly string[] {
  const isOllama = provider === "ollama" || accessInfo.inferenceApi === "ollama";
  if (isOllama && !name.includes(":")) return [name, `${name}:latest`];
  // The router takes a provider's name behind the model's.
  if (provider === "huggingface") return [name, name.replace(/:[^:/]*$/, "")];
  return [name];
}

function checkGlob({ text, fits }: ModelPattern, listed: readonly string[]): Finding {
  const check = `models ${text}`;
  const matches = listed.filter((name) => fits(normalizeModelName(name)));
  if (matches.length > 0) return ok(check, `fits ${shown(matches)}`);
  const remedy = `Correct the glob; the list has ${shown(listed) || "no model"}.`;
  return problem(check, "fits no model of the list", remedy);
}

function checkAll(listed: readonly string[]): Finding {
  if (listed.length > 0) return ok("models", `allows all that are listed: ${shown(listed)}`);
  const remedy = "Load a model, or check the address and what the key may use.";
  return problem("models", "the list of models is empty", remedy);
}

/** The first few names. */
export function shown(names: readonly string[]): string {
  const first = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${first} and ${names.length - 3} more` : first;
}

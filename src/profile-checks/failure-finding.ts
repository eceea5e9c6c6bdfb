import { ConfigurationError } from "../errors/arena-error.ts";
import { ProviderError, type ProviderErrorReason } from "../errors/model-errors.ts";
import { SecretError } from "../errors/route-errors.ts";
import { asSentence, withoutFullStop } from "../text/full-stop.ts";
import { type Finding, problem, warning } from "./finding.ts";

/** For the errors whose words end with what is wrong. */
const remedies: Readonly<Record<ProviderErrorReason, string>> = {
  "rate-limit": "Ask again in a while.",
  quota: "Add credit, or ask for a higher quota.",
  unavailable: "Ask again in a while, and see what the provider says of its state.",
  loading: "Wait until it is loaded, and ask again.",
  connection: "See whether this machine reaches the address.",
  timeout: "See whether this machine reaches the address, or give --timeout more seconds.",
  "broken-stream": "Ask again.",
  malformed: "See what answers at the address of accessInfo.",
  access: "Check the key and what it may do.",
  "not-found": "Correct the name.",
  "context-length": "Name another model.",
  "content-filter": "See the content filter's settings.",
  "bad-request": "Check the model's name.",
  unsupported: "Check the model's name.",
  other: "Check the profile's accessInfo.",
};

/** What passes by itself. */
const passing: ReadonlySet<ProviderErrorReason> = new Set(["rate-limit", "loading"]);

/**
 * Makes a finding of what a check threw. Errors of ours are made to be shown;
 * of foreign ones only the name is, because their words may quote a key.
 */
export function failureFinding(check: string, thrown: unknown, signal: AbortSignal): Finding {
  if (signal.aborted) {
    return problem(check, "no answer within the time limit", remedies.timeout);
  }
  if (thrown instanceof ProviderError) {
    const [detail, remedy] = split(thrown.message.replace(/^[^:]*: /, ""));
    const say = passing.has(thrown.reason) ? warning : problem;
    return say(check, detail, remedy || remedies[thrown.reason]);
  }
  if (thrown instanceof SecretError) {
    const [detail, remedy] = split(thrown.message);
    return problem(check, detail, remedy || secretRemedies[thrown.reason]);
  }
  if (thrown instanceof ConfigurationError) {
    const parts = thrown.problems.map(({ name, message }) => split(`${name} ${message}`));
    const remedies = parts.flatMap(([, remedy]) => remedy || []);
    const details = parts.map(([detail]) => detail).join("; ");
    return problem(check, details, remedies.join(" ") || "Correct the file.");
  }
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return problem(check, `failed in a way that is not known here (${name})`, remedies.other);
}

const secretRemedies: Readonly<Record<SecretError["reason"], string>> = {
  invalid: "Correct the reference.",
  missing: "Store the key there, or correct the reference.",
  unusable: "Store the key alone there.",
  denied: "Let this process read it.",
  away: "See whether this machine reaches the vault, and ask again.",
};

/** Our messages say what is wrong first, and then what to do. */
export function split(message: string): readonly [detail: string, remedy: string] {
  const [, detail = message, rest = ""] = /^(.*?[^.])(?:; |\. |(?<=\?) )(.+)$/s.exec(message) ?? [];
  const sentence = `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`;
  return [withoutFullStop(detail), rest && asSentence(sentence)];
}

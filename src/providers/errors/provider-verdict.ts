import type { AccessSettings } from "../provider-access.ts";
import type { VendorError } from "./vendor-error.ts";
import { organisers, passing, type Verdict, verdicts } from "./verdicts.ts";

/** Who was asked for what, and what a person changes about it. */
export interface VendorOrigin {
  readonly model: string;
  readonly baseURL: string;
  readonly settings: AccessSettings;
  /** The path that an API of this kind mostly has; see `addressProblem`. */
  readonly usualPath?: string | undefined;
  /** Whether a refused connection or a 502, 503 or 504 means that the model is being started. */
  readonly coldStarts?: boolean;
  /** Whether the answer had begun when it failed. */
  readonly hasBegun?: boolean;
  /** Whether there were images in the question. */
  readonly hasImages?: boolean;
}

const tooLong =
  /maximum context length|context (length|window|size)|prompt is too long|too many (input |prompt )?tokens|input (is )?too long|exceeds? .*\btokens?\b|inputs? tokens/i;
const loading =
  /loading (the )?model|\bmodel\b.{0,100}\b(loading|being loaded|starting)\b|warming up|cold start|from zero|no (ready )?endpoints/i;
/** What servers say of an image to a model that sees none, whatever the status: llama-server 500, vLLM 400. */
export const blind =
  /image (input|content) is not (supported|enabled)|image_url is only supported|is not a multimodal model|at most 0 image|(does not|doesn't|not) support (the )?(image|vision|multimodal)|required for image input/i;

/** Decides, once for all, what a vendor's error means and whether it may pass. */
export function judge(error: VendorError, origin: VendorOrigin): Verdict {
  const { status } = error;
  if (
    hasCode(
      error,
      /content_?filter|content_policy|moderation_blocked|invalid_prompt|ResponsibleAIPolicy/i,
    )
  ) {
    return verdicts.contentFilter;
  }
  if (hasCode(error, /context_length_exceeded|ContextOverflowError|exceeds?_context/)) {
    return verdicts.contextLength();
  }
  if (hasCode(error, /insufficient_quota|billing_/)) return quota(origin);
  if (hasCode(error, /tool_use_failed|json_validate_failed/)) {
    return passing("INTERNAL", "malformed", "its model wrote something other than was asked for.");
  }
  if (origin.hasImages && blind.test(error.sentence)) return verdicts.blind(origin.model);
  const { model, baseURL, settings, usualPath } = origin;
  // Who was asked for no model, but for the list, lacks none.
  if (isWrongAddress(error) || (status === 404 && model === "")) {
    const problem = addressProblem({ baseURL, usualPath, setting: settings.baseURL });
    return organisers("NOT_FOUND", "not-found", problem);
  }
  if (isLoading(error, origin)) return verdicts.loading;
  if (status !== undefined) return judgeStatus(status, error, origin);
  return judgeConnection(error, origin);
}

function isLoading(error: VendorError, { coldStarts = false, hasBegun = false }: VendorOrigin) {
  if (hasBegun) return false;
  const isServerError = error.status !== undefined && error.status >= 500;
  if (isServerError && loading.test(error.sentence)) return true;
  return (
    coldStarts &&
    ([502, 503, 504].includes(error.status ?? 0) ||
      (error.status === undefined && hasCode(error, /^ECONNREFUSED$/)))
  );
}

function quota({ settings }: VendorOrigin): Verdict {
  return organisers(
    "RESOURCE_EXHAUSTED",
    "quota",
    `the account's quota is used up. Add credit, or set ${settings.key} to another account's key.`,
  );
}

function judgeStatus(status: number, error: VendorError, origin: VendorOrigin): Verdict {
  const { settings, model } = origin;
  const address = addressOf(origin);
  const said = identifiersOf(error);
  switch (status) {
    case 400:
    case 413:
    case 422:
      if (tooLong.test(error.sentence)) return verdicts.contextLength();
      return verdicts.badRequest(` (${status}${said})`);
    case 401:
      return verdicts.keyRefused(`Check ${settings.key}.`);
    case 402:
      return verdicts.noCredit();
    case 403:
      return organisers(
        "PERMISSION_DENIED",
        "access",
        `the key may not use ${JSON.stringify(model)} (403${said}). Check ${settings.key} and ${settings.model}.`,
      );
    case 404:
      return organisers(
        "NOT_FOUND",
        "not-found",
        `no model ${JSON.stringify(model)} at ${address}. Check ${settings.model} and ${settings.baseURL}.`,
      );
    case 408:
      return verdicts.modelTimeout(" (408)");
    case 429:
      return verdicts.rateLimit(` (429${said})`);
    case 501:
      return organisers("UNIMPLEMENTED", "unsupported", notBuiltIn(error.sentence, said));
    default:
      // Groq says 498 when it has no capacity.
      if (status >= 500 || status === 498) return verdicts.unavailable(` (${status}${said})`);
      return organisers(
        "FAILED_PRECONDITION",
        "other",
        `${address} answered with status ${status}${said}. Check ${settings.baseURL}.`,
      );
  }
}

/** What a server cannot do as it was started, and will not later either. */
function notBuiltIn(sentence: string, said: string): string {
  return /embedding/i.test(sentence)
    ? `it makes no embeddings (501${said}). Start the server with --embeddings, or ask another one.`
    : `it cannot do this (501${said}). See how the server has to be started for it, or ask another one.`;
}

function judgeConnection(error: VendorError, origin: VendorOrigin): Verdict {
  const address = addressOf(origin);
  const check = `Check ${origin.settings.baseURL}.`;
  if (hasCode(error, /rate_limit_exceeded|^RESOURCE_EXHAUSTED$/)) return verdicts.rateLimit();
  if (hasCode(error, /^server_error$|^overloaded_error$|^api_error$|vector_store_timeout/)) {
    return passing("UNAVAILABLE", "unavailable", "it failed while it worked on the answer.");
  }
  if (hasCode(error, /TimeoutError$|TIMEDOUT|_TIMEOUT$/)) {
    return passing("DEADLINE_EXCEEDED", "timeout", `no answer from ${address} in time.`);
  }
  if (hasCode(error, /^ECONNREFUSED$/)) {
    return passing(
      "UNAVAILABLE",
      "connection",
      `nothing answers at ${address}. Is it running? ${check}`,
    );
  }
  if (hasCode(error, /^ENOTFOUND$|^EAI_AGAIN$/)) {
    return passing("UNAVAILABLE", "connection", `no such host: ${address}. ${check}`);
  }
  if (hasCode(error, /CERT|_TLS_|^ERR_SSL|^UNABLE_TO_/)) {
    return organisers(
      "UNAVAILABLE",
      "connection",
      `its certificate is not trusted (${address}). Set NODE_EXTRA_CA_CERTS to the authority's file.`,
    );
  }
  if (hasCode(error, /^E[A-Z]{3,}$|^UND_ERR_|^AbortError$/)) {
    return passing(
      "UNAVAILABLE",
      origin.hasBegun ? "broken-stream" : "connection",
      `the connection to ${address} broke.`,
    );
  }
  // One piece of a stream that is garbled says nothing about the next stream.
  if (origin.hasBegun && hasCode(error, /^SyntaxError$/)) {
    return passing("INTERNAL", "malformed", "its answer cannot be read: it is garbled.");
  }
  return organisers(
    "INTERNAL",
    "malformed",
    `${address} gave an answer that cannot be read. ${check}`,
  );
}

function hasCode({ codes }: VendorError, pattern: RegExp): boolean {
  return codes.some((code) => pattern.test(code));
}

function identifiersOf({ codes }: VendorError): string {
  const named = codes.filter((code) => code.includes("_") || code.includes("."));
  return [...new Set(named)].map((code) => `, ${code}`).join("");
}

/** The base URL without a name and password that may stand in it. */
function addressOf({ baseURL }: VendorOrigin): string {
  if (!URL.canParse(baseURL)) return "its address";
  const { origin, pathname } = new URL(baseURL);
  return `${origin}${pathname}`;
}

/** How servers say of a path that they do not have it, in words that speak of no model. */
const nothingThere =
  /^(404 page )?not found$|^(file|resource) not found$|^invalid url|^cannot (get|post)\b/i;
/** The path of one call, which is added to the base URL for each. */
const callPath =
  /(\/api\/(chat|generate|tags|show|embed)|\/(chat\/)?completions|\/(embeddings|models|responses))$/;
/** A path that was added twice. */
const twice = /(\/v\d+)\1$/;

/** Whether a server said that it has nothing at this address, and not that it lacks a model. */
function isWrongAddress({ status, isPlain, sentence }: VendorError): boolean {
  return status === 405 || (status === 404 && (isPlain || nothingThere.test(sentence.trim())));
}

/** A base URL at which nothing of the API is. */
interface WrongAddress {
  readonly baseURL: string;
  /** Where it was written. */
  readonly setting: string;
  /** The path that the API mostly has, where it has one. */
  readonly usualPath: string | undefined;
}

/** What is wrong with a base URL at which nothing of the API is, and what it should be. */
function addressProblem({ baseURL, setting, usualPath }: WrongAddress): string {
  if (!URL.canParse(baseURL)) return `nothing of the API at its address. Check ${setting}.`;
  const { origin, pathname } = new URL(baseURL);
  const path = pathname.replace(/\/+$/, "");
  const address = `${origin}${path}`;
  if (path === "" && usualPath !== undefined) {
    return `nothing of the API at ${origin}: it has no path. Correct ${setting}: ${origin}${usualPath}.`;
  }
  const rest = path.replace(callPath, "").replace(twice, "$1");
  if (rest !== path) {
    const right = `${origin}${rest === "" ? (usualPath ?? "") : rest}`;
    return `nothing of the API at ${address}: it has a path too many. Correct ${setting}: ${right}.`;
  }
  const hint = usualPath === undefined ? "" : `; it usually ends in ${usualPath}`;
  return `nothing of the API at ${address}. Check the path in ${setting}${hint}.`;
}

import { existsSync } from "node:fs";
import { ConfigurationError, type ConfigurationProblem } from "../errors/arena-error.ts";
import { shownText } from "../text/shown-text.ts";
import { readDotenv } from "./read-dotenv.ts";
import { guardedSettings, Settings, secretSettings, settingAliases } from "./settings.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Variables that have no setting of their own, such as those that `{Env:NAME}` names. */
export interface Environment {
  /** A variable's value, without blanks around it; undefined when it is not set or empty. */
  readonly get: (name: string) => string | undefined;
  /** All that begin so, by name. */
  readonly beginningWith: (prefix: string) => Variables;
}

/** Looks variables up in the environment and, where that says nothing, in `.env`. It prints none of them. */
export function openEnvironment(variables: Variables = withDotenv(process.env)): Environment {
  const get = (name: string) =>
    (Object.hasOwn(variables, name) && variables[name]?.trim()) || undefined;
  return {
    get,
    beginningWith: (prefix) =>
      Object.fromEntries(
        Object.keys(variables)
          .filter((name) => name.startsWith(prefix) && get(name) !== undefined)
          .map((name) => [name, get(name)]),
      ),
  };
}

/** By these, LangChain and the vendors' SDKs send or print words and headers, and ask nobody. */
const loudVariables =
  /^(?:LANGSMITH|LANGCHAIN)_(?:TRACING(?:_V2)?|LOG|CUSTOM_HEADERS)$|^LANGCHAIN_VERBOSE$|^(?:OPENAI|ANTHROPIC)_(?:LOG|CUSTOM_HEADERS)$/;

/**
 * Takes the variables out of this process by which SDKs would send or print
 * participants' words, or send foreign headers. SDKs look them up at each
 * call, and know no option against most of them. Returns their names.
 */
export function silenceSdks(): readonly string[] {
  const names = Object.keys(process.env).filter((name) => loudVariables.test(name));
  for (const name of names) delete process.env[name];
  return names.toSorted();
}

/**
 * Reads the settings from `.env` and the environment; what the environment
 * sets wins, and an empty value counts as not set. `check` adds the problems
 * that only others can see.
 * @throws ConfigurationError with every problem at once
 */
export function readEnvironment(
  check: (settings: Settings) => readonly ConfigurationProblem[] = () => [],
  variables: Variables = withDotenv(process.env),
): Settings {
  const given = withAliases(variables);
  const problems = [...formProblems(given), ...tlsProblems(given)];
  // What has the wrong form is left out, so that the other checks can still speak.
  const wrong = new Set(problems.map(({ name }) => name));
  const rest = Object.entries(given).filter(([name]) => !wrong.has(name));
  const settings = Settings.parse(Object.fromEntries(rest));
  problems.push(...check(settings).filter(({ name }) => !wrong.has(name)));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(settings);
}

function formProblems(given: Readonly<Record<string, string>>): ConfigurationProblem[] {
  const issues = Settings.safeParse(given).error?.issues ?? [];
  return issues.map((issue) => {
    const name = String(issue.path[0]);
    return { name, message: `${issue.message}${whatCame(name, given[name])}` };
  });
}

function withDotenv(environment: Variables): Variables {
  const file = readDotenv();
  const set = Object.entries(environment).filter(([, value]) => value?.trim());
  return { ...file, ...Object.fromEntries(set) };
}

function withAliases(variables: Variables): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(Settings.shape)) {
    const alias = Object.entries(settingAliases).find(([setting]) => setting === name)?.[1];
    const value = variables[name]?.trim() || (alias && variables[alias]?.trim());
    if (value) given[name] = value;
  }
  return given;
}

/** Numbers and words are short; what is longer may be a key that was meant for another variable. */
const maxShownCharacters = 20;

function whatCame(name: string, value: string | undefined): string {
  if (value === undefined) return "";
  if (secretSettings.has(name)) return " (a secret was given)";
  if (guardedSettings.has(name) || value.length > maxShownCharacters || /\p{Cc}/u.test(value)) {
    return " (what was given is not shown)";
  }
  return `, got ${shownText(value)}`;
}

/** A key may stand where its file belongs: in lines, or on one that is longer than names of folders are. */
function shownPath(path: string): string {
  return /\p{Cc}|-----|[A-Za-z0-9+=]{40}/u.test(path) ? "the path that was given" : path;
}

function tlsProblems(given: Readonly<Record<string, string>>): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  for (const name of ["TLS_CERT_FILE", "TLS_KEY_FILE", "TLS_CLIENT_CA_FILE"]) {
    const file = given[name];
    if (file !== undefined && !existsSync(file)) {
      problems.push({
        name,
        message: `no file at ${shownPath(file)}; give the path of a PEM file`,
      });
    }
  }
  const [certificate, key] = [given["TLS_CERT_FILE"], given["TLS_KEY_FILE"]];
  if ((certificate === undefined) !== (key === undefined)) {
    const [name, other] = certificate
      ? ["TLS_KEY_FILE", "TLS_CERT_FILE"]
      : ["TLS_CERT_FILE", "TLS_KEY_FILE"];
    problems.push({ name, message: `not set although ${other} is; TLS needs both` });
  }
  if (given["TLS_CLIENT_CA_FILE"] && !certificate && !key) {
    problems.push({
      name: "TLS_CLIENT_CA_FILE",
      message: "set without TLS_CERT_FILE and TLS_KEY_FILE; mTLS needs all three",
    });
  }
  return problems;
}

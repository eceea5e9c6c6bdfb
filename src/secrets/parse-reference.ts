import { nearestName } from "../text/nearest-name.ts";
import { isSchemeName, type SchemeName, secretSchemes } from "./registry.ts";
import type { SecretReference } from "./secret-reference.ts";
import type { ReferenceForm, ReferencePart, SecretScheme } from "./secret-scheme.ts";

/** What a text is: a reference, or something that is wrong, in words that do not repeat it. */
type ParsedReference =
  | { readonly kind: "reference"; readonly reference: SecretReference }
  | { readonly kind: "problem"; readonly message: string };

type Holds = ReferenceForm["holds"];

/**
 * Reads a reference such as `{AWS:Secret:Key}`; `holds` says whether it must
 * name one key or a document with several.
 */
export function parseReference(text: string, holds: Holds): ParsedReference {
  const parsed = read(text.trim(), holds);
  if (typeof parsed !== "string") return { kind: "reference", reference: parsed };
  return { kind: "problem", message: parsed };
}

/** The valid forms of all schemes, or of one. */
function listForms(holds: Holds, only?: SchemeName): string {
  const entries = Object.entries<SecretScheme>(secretSchemes);
  return entries
    .filter(([name]) => only === undefined || name === only)
    .flatMap(([name, { forms }]) => formsOf(forms, holds).map((form) => writeForm(name, form)))
    .join(", ");
}

/** The reference, or what is wrong with the text. */
function read(text: string, holds: Holds): SecretReference | string {
  const inner = /^\{(?!\s*")([^{}]*)\}$/.exec(text)?.[1];
  if (inner === undefined) return frameProblem(text, holds);
  if (inner.trim() === "") return `has nothing between its braces; expected ${listForms(holds)}`;
  const colon = inner.indexOf(":");
  const scheme = colon < 0 ? inner : inner.slice(0, colon);
  if (!isSchemeName(scheme)) return schemeProblem(inner, scheme, holds);
  const rest = colon < 0 ? "" : inner.slice(colon + 1);
  const { forms }: SecretScheme = secretSchemes[scheme];
  // A form of one part leaves no doubt whose the colons are.
  const parts = forms.every((form) => partsOf(form).length === 1) ? [rest] : rest.split(":");
  if (rest === "") return `has nothing after ${scheme}; expected ${expectedOf(scheme, holds)}`;
  if (parts.includes("arn")) return arnProblem(scheme, holds);
  const form = formsOf(forms, holds).find((form) => partsOf(form).length === parts.length);
  if (!form) return countProblem(scheme, parts, holds);
  const problem = partsOf(form)
    .map((part, index) => partProblem(part, parts[index] ?? "", index, writeForm(scheme, form)))
    .find((found) => found !== null);
  if (problem) return problem;
  const address = parts.slice(0, form.address.length);
  return { scheme, address, key: parts[form.address.length] ?? null, description: text };
}

function frameProblem(text: string, holds: Holds): string {
  const expected = listForms(holds);
  if (!text.startsWith("{")) return `is no reference; expected ${expected}`;
  if (/^\{\s*"/.test(text)) {
    return `is JSON where a reference was expected: ${expected}. Keep JSON in a vault`;
  }
  if (text.startsWith("{{")) return `begins with two braces; write one: ${expected}`;
  const end = text.indexOf("}");
  if (end < 0) return `has no closing brace; expected ${expected}`;
  if (text.slice(1, end).includes("{"))
    return `has a second opening brace within; expected ${expected}`;
  return `goes on after its closing brace; a reference must be the whole text: ${expected}`;
}

function schemeProblem(inner: string, scheme: string, holds: Holds): string {
  const expected = listForms(holds);
  const nearest = nearestScheme(scheme, Object.keys(secretSchemes).filter(isSchemeName));
  if (nearest === null) return `begins with a scheme that is not known; expected ${expected}`;
  if (!inner.includes(":")) {
    return `is not complete; expected ${expectedOf(nearest, holds)}`;
  }
  if (nearest.toLowerCase() === scheme.trim().toLowerCase()) {
    return `must begin with {${nearest}: in exactly these letters; expected ${expectedOf(nearest, holds)}`;
  }
  return `begins with a scheme that is not known; did you mean {${nearest}:? Expected ${expected}`;
}

function arnProblem(scheme: SchemeName, holds: Holds): string {
  return `holds an ARN, whose colons cannot be told from the reference's own; expected ${expectedOf(scheme, holds)}, with the secret's name, which the ARN ends with (without its last hyphen and six characters)`;
}

function countProblem(scheme: SchemeName, parts: readonly string[], holds: Holds): string {
  const expected = expectedOf(scheme, holds);
  const { forms }: SecretScheme = secretSchemes[scheme];
  const other = forms.find((form) => form.holds !== holds && partsOf(form).length === parts.length);
  if (other && holds === "key") {
    return `names a whole secret, which keysFrom takes; one key was expected: ${expected}`;
  }
  if (other) return `names one key; a whole secret with several was expected: ${expected}`;
  return `has ${parts.length + 1} parts between its colons; expected ${expected}`;
}

function partProblem(
  { name, pattern, expected }: ReferencePart,
  value: string,
  index: number,
  form: string,
): string | null {
  // The scheme is the first.
  const place = `its ${name} (part ${index + 2} of ${form})`;
  if (value.trim() === "") return `${place} is empty; expected ${expected}`;
  if (value !== value.trim()) return `${place} begins or ends with white space; remove it`;
  return pattern.test(value) ? null : `${place} is not valid; expected ${expected}`;
}

/** The forms of a scheme, or of all where it has none of this kind. */
function expectedOf(scheme: SchemeName, holds: Holds): string {
  return listForms(holds, scheme) || listForms(holds);
}

function formsOf(forms: readonly ReferenceForm[], holds: Holds): readonly ReferenceForm[] {
  return forms.filter((form) => form.holds === holds);
}

function partsOf(form: ReferenceForm): readonly ReferencePart[] {
  return form.key ? [...form.address, form.key] : form.address;
}

function writeForm(scheme: string, form: ReferenceForm): string {
  return `{${[scheme, ...partsOf(form).map(({ name }) => name)].join(":")}}`;
}

/** The scheme that somebody meant who wrote this word; null when none is near. */
function nearestScheme<Name extends string>(word: string, names: readonly Name[]): Name | null {
  const near = nearestName(word, names);
  const written = word.toLowerCase();
  return names.find((name) => name === near || written.includes(name.toLowerCase())) ?? null;
}

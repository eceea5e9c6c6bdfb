import type { z } from "zod";
import { kindOf } from "../schema/text-fields.ts";
import type { Mistake, Path } from "./mistake.ts";

type Issue = z.core.$ZodIssue;

/** What a schema finds wrong, one mistake per place. Its own words win; what has none gets ours. */
export function schemaMistakes(schema: z.ZodType, value: unknown): Mistake[] {
  const result = schema.safeParse(value, { error: wordsFor });
  return result.success ? [] : result.error.issues.flatMap((issue) => toMistakes(issue, []));
}

function toMistakes(issue: Issue, around: Path): Mistake[] {
  const path = [
    ...around,
    ...issue.path.map((step) => (typeof step === "number" ? step : String(step))),
  ];
  switch (issue.code) {
    case "invalid_union": {
      const branch = likeliestBranch(issue.errors);
      return branch
        ? branch
            .flatMap((inner) => toMistakes(inner, path))
            .map((one) => ({ ...one, follows: [path] }))
        : [{ path, message: issue.message }];
    }
    case "invalid_key":
    case "invalid_element":
      return issue.issues.flatMap((inner) => toMistakes(inner, path));
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: "cannot stand beside the other keys here; take it away, or them",
      }));
    default:
      return [{ path, message: issue.message }];
  }
}

/** The branch that fits best, if one fits the kind of value at all: the one with the least to mend. */
function likeliestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches
    .filter((issues) =>
      issues.every(({ path, code }) => path.length > 0 || code !== "invalid_type"),
    )
    .toSorted((one, other) => one.length - other.length)[0];
}

/** Words for schemas that bring none. They never quote what was written. */
function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type": {
      const expected = nounOf(issue.expected);
      if (issue.input === undefined) return `is missing; give ${expected}`;
      return `expected ${expected}, got ${kindOf(issue.input)}`;
    }
    case "too_small":
      if (issue.origin === "number" || issue.origin === "int") {
        return `expected ${issue.minimum} or more${issue.inclusive ? "" : ", but not the limit itself"}`;
      }
      return "is empty; give at least one, or take it away";
    case "too_big":
      return `expected ${issue.maximum}${issue.origin === "string" ? " characters" : ""} or less`;
    case "invalid_value":
      return `expected ${issue.values.map(String).join(" or ")}`;
    default:
      return undefined;
  }
}

function nounOf(type: string): string {
  switch (type) {
    case "string":
      return "text";
    case "int":
      return "a whole number";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "a map";
    case "boolean":
      return "true or false";
    default:
      return `a ${type}`;
  }
}

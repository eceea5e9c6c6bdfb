import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { ConfigurationProblem } from "../errors/arena-error.ts";
import type { Path } from "./mistakes/mistake.ts";

/** What stands in a YAML or JSON file. */
export interface YamlFile {
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly problems: readonly ConfigurationProblem[];
  /** Whether the value can be trusted in spite of the problems. */
  readonly isUsable: boolean;
  /** The line on which a place stands, or the one around it. */
  lineOf(path: Path): number;
}

/**
 * What YAML's mistakes are called here. The parser's own words quote the text,
 * which may be a key.
 */
const mistakes: Readonly<Record<string, string>> = {
  BAD_ALIAS: "an alias (*name) without its anchor; put text that begins with * in quotes",
  BAD_DIRECTIVE: "a directive (%) that YAML does not know; take it away",
  BAD_DQ_ESCAPE: "an unknown escape in a text of double quotes; use single quotes, or write \\\\",
  BAD_INDENT:
    "the indentation fits to nothing above; align it, or close the quote or bracket that is open before it",
  BAD_SCALAR_START: "a text cannot begin with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "two keys on one line; give each a line, or put a text with : in quotes",
  COLLECTION_KEY:
    'a list or a map in the place of a key; text with braces or brackets stands in quotes, such as "{Env:NAME}"',
  CYCLIC_ALIAS:
    "an alias (*name) within what its own anchor (&name) holds would never end; write the part out",
  DUPLICATE_KEY: "this key stands twice in one map; keep one",
  MISSING_CHAR: "a quote, bracket, comma or colon is missing here or on the line before",
  MULTILINE_IMPLICIT_KEY: "a line without a colon; write key: value",
  MULTIPLE_DOCS: "a second document begins here (---); one file is one document",
  RESOURCE_EXHAUSTION: "lists and maps are nested too deeply; write them flatter",
  TAB_AS_INDENT: "a tab indents this line; YAML wants blanks",
  TAG_RESOLVE_FAILED: "a tag (!name) that is not known; put text that begins with ! in quotes",
};
const otherMistake = "this is not YAML; look for quotes, colons and indentation here";

/** A mistake and where it begins. */
interface YamlMistake {
  readonly code: string;
  readonly pos: readonly [number, ...number[]];
}

/** Reads YAML, of which JSON is a part. It never throws. */
export function readYaml(text: string, file: string): YamlFile {
  const lineCounter = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { name: `${file}:${line}:${col}`, line };
  };
  try {
    const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false });
    const errors: YamlMistake[] = [...document.errors, ...document.warnings];
    visit(document, {
      Alias: (_, alias, path) => {
        const target = alias.resolve(document);
        const code = target ? "CYCLIC_ALIAS" : "BAD_ALIAS";
        if (target && !path.some((around) => around === target)) return;
        errors.push({ code, pos: [alias.range?.[0] ?? 0] });
      },
      Pair: (_, { key }) => {
        const target = isAlias(key) ? key.resolve(document) : key;
        if (!isNode(key) || !isCollection(target)) return;
        errors.push({ code: "COLLECTION_KEY", pos: [key.range?.[0] ?? 0] });
      },
    });
    const duplicates = errors.filter(({ code }) => code === "DUPLICATE_KEY");
    const isUsable = duplicates.length === errors.length;
    // After one mistake in its form YAML reads the rest differently: the others would mislead.
    const told = isUsable ? duplicates : errors.slice(0, 1);
    return {
      isUsable,
      value: isUsable ? document.toJS() : null,
      problems: told.map(({ code, pos }) => ({
        name: at(pos[0]).name,
        message: mistakes[code] ?? otherMistake,
      })),
      lineOf: (path) => at(offsetOf(document, path)).line,
    };
  } catch (error) {
    const message =
      error instanceof ReferenceError
        ? "aliases unfold to too much; write the parts out"
        : mistakes["RESOURCE_EXHAUSTION"];
    return {
      value: null,
      isUsable: false,
      problems: [{ name: file, message: message ?? otherMistake }],
      lineOf: () => 1,
    };
  }
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(step));
      if (isNode(pair?.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}

/** A block of the README that is run, and what its comment says about it. */
export type Block =
  | { readonly kind: "server"; readonly code: string }
  | {
      readonly kind: "client";
      readonly code: string;
      readonly input: string | undefined;
      readonly prints: string | undefined;
      /** The server that it talks to, if it is not the last one. */
      readonly server: string | undefined;
      /** A program that must be on the machine. */
      readonly program: string | undefined;
    }
  | { readonly kind: "file"; readonly code: string; readonly file: string };

const fence = /(?:<!-- readme: (?<says>[^\n]*) -->\n)?```(?<language>\w+)\n(?<code>[\s\S]*?)\n```/g;

/**
 * Reads the blocks that a Markdown text wants to be run. Every block of code
 * must say what it is, but for those that need a Docker engine.
 */
export function readBlocks(markdown: string): Block[] {
  return [...markdown.matchAll(fence)].flatMap(({ groups }) => {
    const { says, language = "", code = "" } = groups ?? {};
    if (says !== undefined) return [toBlock(says, code)];
    if (language !== "sh" || code.startsWith("docker ")) return [];
    throw new Error(`this block says not how it is run:\n${code}`);
  });
}

function toBlock(says: string, code: string): Block {
  const [kind, name] = says.split(/[; ]/);
  const quoted = (word: string) => new RegExp(`${word} "([^"]*)"`).exec(says)?.[1];
  if (kind === "server") return { kind, code };
  if (kind === "file" && name) return { kind, code, file: name };
  if (kind === "client") {
    const program = / with (\w+)/.exec(says)?.[1];
    const [input, prints, server] = ["input", "prints", "to"].map(quoted);
    return { kind, code, input, prints, server, program };
  }
  throw new Error(`not known: ${says}`);
}

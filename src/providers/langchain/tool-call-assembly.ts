import type { ChatToolCall } from "../../data-models/chat.ts";
import type { ToolCallPart } from "./langchain-chunk.ts";

interface Draft {
  readonly index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/**
 * Puts together tool calls that come in parts. Vendors number parallel calls,
 * or not, or give all the same number: a new id always begins a new call.
 */
export class ToolCallAssembly {
  readonly #drafts: Draft[] = [];

  add(part: ToolCallPart): void {
    const draft = this.#draftOf(part) ?? this.#begin(part);
    draft.id ||= part.id ?? "";
    draft.name ||= part.name ?? "";
    draft.arguments += part.args ?? "";
  }

  /** Whether there is a call whose name never came, or whose arguments are cut off. */
  get isBroken(): boolean {
    return this.#drafts.some(({ name, arguments: json }) => name === "" || !isJSON(json || "{}"));
  }

  /** The calls in the order in which they began. A vendor without ids gets ours. */
  get calls(): readonly ChatToolCall[] {
    return this.#drafts.map(({ id, name, arguments: json }, position) => ({
      id: id || `call_${position}`,
      name,
      arguments: json || "{}",
    }));
  }

  #draftOf({ id, index, name }: ToolCallPart): Draft | undefined {
    const draft =
      index === undefined || index === null
        ? this.#drafts.at(-1)
        : this.#drafts.findLast((other) => other.index === index);
    if (!draft) return undefined;
    const isOther = Boolean(id) && draft.id !== "" && draft.id !== id;
    // Without ids and numbers, a second name is all that tells a new call.
    const isNext =
      !id && (index === undefined || index === null) && Boolean(name) && draft.name !== "";
    return isOther || isNext ? undefined : draft;
  }

  #begin({ index }: ToolCallPart): Draft {
    const draft = { index: index ?? undefined, id: "", name: "", arguments: "" };
    this.#drafts.push(draft);
    return draft;
  }
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

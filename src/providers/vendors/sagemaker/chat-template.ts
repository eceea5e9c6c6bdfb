import type { ChatMessage } from "../../../data-models/chat.ts";

/** A conversation as one text, and what ends the model's turn in it. */
export interface Prompt {
  readonly text: string;
  readonly stop: readonly string[];
}

/** A turn, with nothing left of it but its words. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

type Template = (turns: readonly Turn[]) => Prompt;

/**
 * The templates by what a model's name tells, as its makers publish them. The
 * first token (`<s>`, `<|begin_of_text|>`) is left out: the server adds it.
 */
const templates: readonly (readonly [RegExp, Template])[] = [
  [/mi[sx]tral/i, mistralPrompt],
  [/llama-?_?2/i, llama2Prompt],
  [/llama-?_?[34]/i, llama3Prompt],
  [/qwen|hermes|chatml|yi-/i, chatMLPrompt],
  [/falcon-?lite/i, falconLitePrompt],
];

/**
 * Writes a conversation for a server that completes text, in the template of
 * the model's family; a model of no known family gets names before the turns.
 */
export function toPrompt(model: string, messages: readonly ChatMessage[]): Prompt {
  const template = templates.find(([name]) => name.test(model))?.[1] ?? plainPrompt;
  return template(messages.map(toTurn));
}

/** A message as words alone: there is no other place for the name of who speaks, or for tools. */
export function toTurn(message: ChatMessage): Turn {
  const { role, content } = message;
  const words =
    typeof content === "string"
      ? content
      : content.flatMap((part) => (part.type === "text" ? part.text : [])).join("\n");
  const name = role === "user" ? message.name : undefined;
  return { role: role === "tool" ? "user" : role, text: name ? `${name}: ${words}` : words };
}

function mistralPrompt(turns: readonly Turn[]): Prompt {
  return { text: instructions(systemFirst(turns, (text) => `${text}\n\n`)), stop: [] };
}

function llama2Prompt(turns: readonly Turn[]): Prompt {
  const wrap = (text: string) => `<<SYS>>\n${text}\n<</SYS>>\n\n`;
  return { text: instructions(systemFirst(turns, wrap)), stop: [] };
}

function llama3Prompt(turns: readonly Turn[]): Prompt {
  const header = (role: string) => `<|start_header_id|>${role}<|end_header_id|>\n\n`;
  const text = turns.map((turn) => `${header(turn.role)}${turn.text}<|eot_id|>`).join("");
  return { text: `${text}${header("assistant")}`, stop: ["<|eot_id|>"] };
}

function chatMLPrompt(turns: readonly Turn[]): Prompt {
  const text = turns.map((turn) => `<|im_start|>${turn.role}\n${turn.text}<|im_end|>\n`).join("");
  return { text: `${text}<|im_start|>assistant\n`, stop: ["<|im_end|>"] };
}

function falconLitePrompt(turns: readonly Turn[]): Prompt {
  const text = systemFirst(turns, (system) => `${system}\n\n`)
    .map(({ role, text }) => {
      const name = role === "assistant" ? "<|assistant|>" : "<|prompter|>";
      return `${name}${text}<|endoftext|>`;
    })
    .join("");
  return { text: `${text}<|assistant|>`, stop: ["<|endoftext|>"] };
}

function plainPrompt(turns: readonly Turn[]): Prompt {
  const names = { system: "System", user: "User", assistant: "Assistant" };
  const text = turns.map((turn) => `${names[turn.role]}: ${turn.text}\n`).join("");
  return { text: `${text}Assistant:`, stop: ["\nUser:"] };
}

function instructions(turns: readonly Turn[]): string {
  return turns
    .map(({ role, text }) => (role === "assistant" ? ` ${text}</s>` : `[INST] ${text} [/INST]`))
    .join("");
}

/** For templates without a system's turn: what it said stands at the start of the user's next. */
function systemFirst(turns: readonly Turn[], wrap: (text: string) => string): Turn[] {
  const merged: Turn[] = [];
  let system: string[] = [];
  for (const turn of turns) {
    if (turn.role === "system") {
      system.push(turn.text);
    } else {
      const isNext = turn.role === "user" && system.length > 0;
      merged.push(isNext ? { ...turn, text: `${wrap(system.join("\n"))}${turn.text}` } : turn);
      if (isNext) system = [];
    }
  }
  return system.length > 0 ? [...merged, { role: "user", text: system.join("\n") }] : merged;
}

import type { FinishReason } from "../data-models/chat.ts";

/** The vendors' words for why an answer ended, in lower case. `failed` ended without being complete. */
const meanings: readonly (readonly [RegExp, FinishReason | "failed"])[] = [
  [
    /^(length|max_(output_|completion_)?tokens|model_length|model_context_window_exceeded)$/,
    "length",
  ],
  [/^(tool_calls?|tool_use|function_call)$/, "tool-calls"],
  [
    /filter|guardrail|^(safety|image_safety|recitation|prohibited_content|blocklist|spii|refusal|error_toxic)$/,
    "content-filter",
  ],
  [
    /^(error|failed|cancelled|abort(ed)?|malformed_\w+|timeout|insufficient_system_resource|other_error)$/,
    "failed",
  ],
];

/** Reads a vendor's word. One that nobody knows is taken as an ordinary end. */
export function toFinishReason(word: string): FinishReason | "failed" {
  return meanings.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1] ?? "stop";
}

import type { Message, MessagePart } from "../../data-models/message.ts";

/** What was said so far, as a task would send it with each request. */
export class Conversation {
  readonly #system: readonly Message[];
  #messages: readonly Message[] = [];

  /** @param system the system message that stands before everything else */
  constructor(system: string | undefined) {
    this.#system = system === undefined ? [] : [{ role: "system", content: system }];
  }

  /** The conversation with one more thing that the person says; `images` are URLs. */
  with(text: string, images: readonly string[]): readonly Message[] {
    const parts: MessagePart[] = images.map((url) => ({ type: "image_url", image_url: { url } }));
    const content = images.length === 0 ? text : [{ type: "text" as const, text }, ...parts];
    return [...this.#system, ...this.#messages, { role: "user", content }];
  }

  /** Goes on from these messages and the model's answer to them. */
  continue(messages: readonly Message[], answer: string): void {
    const said = messages.slice(this.#system.length);
    this.#messages = [...said, { role: "assistant", content: answer }];
  }

  /** Forgets everything but the system message. */
  reset(): void {
    this.#messages = [];
  }
}

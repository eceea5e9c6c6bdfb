import type { StoreChange } from "../stored/queue-store.ts";
import { sessionKeyOf } from "../stored/row-keys.ts";

/** How replicas tell each other that something has changed. */
export interface AnnouncementsOptions {
  readonly modelID: string;
  /** Who announces: its own announcements are no news to it. */
  readonly owner: string;
  readonly send: (text: string) => Promise<void>;
  readonly onChange: (change: StoreChange) => void;
}

type Announced = "requests" | "answers";

/** Tells the other replicas of a model what has changed, at most one message of a kind at a time. */
export class Announcements {
  readonly #options: AnnouncementsOptions;
  /** A model's ID may be longer than a message. */
  readonly #model: string;
  readonly #due = new Set<Announced>();
  #sending: Promise<void> | null = null;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
    this.#model = sessionKeyOf(options.modelID);
  }

  announce(change: Announced): void {
    this.#due.add(change);
    this.#sending ??= this.#send();
  }

  /** A message came. */
  received(text: string): void {
    const [model, owner, change] = text.split(" ");
    const { onChange } = this.#options;
    if (model !== this.#model || owner === this.#options.owner) return;
    if (change === "requests" || change === "answers") onChange(change);
  }

  /** Resolves when everything is announced. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (const change of this.#due) {
      this.#due.delete(change);
      const text = `${this.#model} ${this.#options.owner} ${change}`;
      // Whoever misses it looks by itself a little later.
      await this.#options.send(text).catch(() => {});
    }
    this.#sending = null;
  }
}

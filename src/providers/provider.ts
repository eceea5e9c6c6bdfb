import type { ChatEvent, ChatRequest } from "../data-models/chat.ts";

/** What a model behind a provider can be asked for. Unknown is taken as able, but for `contextTokens`. */
export interface Capabilities {
  readonly images: boolean;
  readonly tools: boolean;
  /** Answers that are JSON; `jsonSchema` ones that fit a schema. */
  readonly json: boolean;
  readonly jsonSchema: boolean;
  /** Names of ChatRequest's settings that the model takes. */
  readonly parameters: ReadonlySet<"maxTokens" | "temperature" | "topP" | "stop" | "seed">;
  /** Tokens that question and answer may have together; null if it is not known. */
  readonly contextTokens: number | null;
  /** Whether a conversation that is too long is cut without a word, so that it must not get there. */
  readonly cutsSilently?: boolean;
  readonly embeddings: boolean;
  /** Whether it can draw when it is asked to. */
  readonly imageOutput: boolean;
}

/** Who calls, for how long, and where attempts are told. */
export interface ProviderContext {
  readonly signal: AbortSignal;
  /** Called once the vendor has begun to answer, that is with its status; see `tellsOpening`. */
  readonly onOpen?: () => void;
  /** Called when the vendor shows life while nothing is passed on: a thought, a part of a tool call. */
  readonly onProgress?: () => void;
  /** Called with the name by which the server says who answers, where it does. */
  readonly onServed?: (model: string) => void;
}

/**
 * A vendor, or a server of one's own, with one access. It asks once: no
 * retries, no fallbacks, no time limits of its own. Whatever goes wrong is a
 * ProviderError; an abort of the signal rejects with the signal's reason. What
 * the model cannot honour is refused before the call.
 */
export interface Provider {
  /** As people know it, such as `OpenAI`. */
  readonly name: string;
  /** Whether `stream` calls `onOpen`; if not, nobody can limit the time until then. */
  readonly tellsOpening?: boolean;
  /**
   * Whether a model may be at zero until it is asked, and starts while the request
   * is held: silence until `onOpen` is a start then. By default none is.
   */
  readonly startsInSilence?: boolean;
  /** Whether an answer comes in parts; where not, its silence until the end is no failure. By default it does. */
  readonly comesInParts?: (model: string, request: ChatRequest) => boolean;
  capabilities(model: string): Capabilities;
  /**
   * Finds out what `capabilities` needs to tell for this request, where the server
   * can be asked without being put to work. It takes seconds at the most; whatever
   * fails leaves things unknown. @throws the signal's reason
   */
  readonly learn?: (model: string, request: ChatRequest, context: ProviderContext) => Promise<void>;
  /** Imports what answers need, so that the first one waits for no import. It calls nobody. */
  readonly load?: () => Promise<void>;
  /** The answer as it comes. An answer that ends without `finish` throws. */
  stream(model: string, request: ChatRequest, context: ProviderContext): AsyncIterable<ChatEvent>;
  /** One vector per text. Null where the vendor has no embeddings. */
  readonly embed:
    | ((
        model: string,
        texts: readonly string[],
        context: ProviderContext,
      ) => Promise<readonly (readonly number[])[]>)
    | null;
  /** Names of the models that this access may use. Null where the vendor cannot be asked. */
  readonly listModels: ((context: ProviderContext) => Promise<readonly string[]>) | null;
}

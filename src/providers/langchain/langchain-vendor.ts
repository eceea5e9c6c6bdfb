import type { BaseMessage } from "@langchain/core/messages";
import type { ChatRequest } from "../../data-models/chat.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import type { VendorVerdict } from "../errors/to-provider-error.ts";
import type { VendorError } from "../errors/vendor-error.ts";
import type { ServedFacts } from "../openai-form/served-facts.ts";
import type { Capabilities } from "../provider.ts";
import type { AccessSettings } from "../provider-access.ts";
import type { AddressKeys } from "../transport/address-keys.ts";
import type { KeyHeader } from "../transport/keyed-fetch.ts";
import type { VendorCall } from "../vendor-call.ts";

/** The part of a LangChain chat model, bare or with tools bound, that is used here. */
export interface StreamingModel {
  stream(
    messages: BaseMessage[],
    options: { readonly signal: AbortSignal },
  ): Promise<AsyncIterable<unknown>>;
}

/** LangChain's message classes, which are imported late. */
export type MessageClasses = Pick<
  typeof import("@langchain/core/messages"),
  "AIMessage" | "ChatMessage" | "HumanMessage" | "SystemMessage" | "ToolMessage"
>;

/** How a vendor wants its messages, where vendors differ. */
export interface MessageStyle {
  /** How it is told of a system message; `user` for models that know no such role. */
  readonly systemRole?: "system" | "developer" | "user";
  /** Whether it tells a developer's messages from the system's. */
  readonly developerRole?: boolean;
  /** Whether a tool's result carries the tool's name beside the call's id. */
  readonly toolNames?: boolean;
  /** Whether a speaker's name stands at the beginning of the text, for want of a field. */
  readonly namesInText?: boolean;
  /** Makes a call's id of one that another vendor gave. */
  readonly toToolCallID?: (id: string) => string;
}

/** What was asked of a vendor that threw something. */
export interface JudgedCall {
  readonly thrown: unknown;
  /** Empty where the list of models was asked for. */
  readonly model: string;
  readonly asked: "answer" | "vectors" | "facts";
  /** Whether a part of the answer had come. */
  readonly hasBegun: boolean;
}

/** What tells one vendor from the others. `createLangChainProvider` does the rest. */
export interface LangChainVendor {
  /** As people know it, such as `OpenAI`. */
  readonly name: string;
  /** Where it is; told to people. */
  readonly baseURL: string;
  /** The path that base URLs of this kind mostly have; told to people whose own has nothing there. */
  readonly usualPath?: string;
  readonly settings: AccessSettings;
  readonly keys: SecretSource | null;
  /** The header that carries the key; null where `VendorCall.secret` is used, or none. */
  readonly keyHeader: Pick<KeyHeader, "name" | "scheme"> | null;
  /** Keys that stood in the address. */
  readonly addressKeys?: AddressKeys;
  /** Value of the HTTP Host header, where it is not the address's. */
  readonly host?: string;
  /** Whether a refused connection or a 502, 503 or 504 means that the model is being started. */
  readonly coldStarts?: boolean;
  /** As a Provider's. */
  readonly startsInSilence?: boolean;
  readonly capabilities: (model: string) => Capabilities;
  /** Says what an error means of which only this vendor's words tell it; undefined leaves it to those of all. */
  readonly judge?: (error: VendorError, call: JudgedCall) => VendorVerdict | undefined;
  /** Whether each call tells when the vendor begins to answer. Over `VendorCall.fetch` they do, which is the default. */
  readonly tellsOpening?: boolean;
  /** As a Provider's. What is drawn comes whole anyway. */
  readonly comesInParts?: (model: string, request: ChatRequest) => boolean;
  readonly messageStyle?: (model: string) => MessageStyle;
  /**
   * A LangChain model with everything of the request bound to it but the
   * messages: parameters, tools, tool choice, response format. It retries
   * nothing and has no time limit of its own. Made anew for each call.
   */
  readonly createChatModel: (
    model: string,
    request: ChatRequest,
    call: VendorCall,
  ) => Promise<StreamingModel>;
  /** Imports what `createChatModel` needs; without it the first call does. */
  readonly load?: () => Promise<unknown>;
  readonly embed?: (
    model: string,
    texts: readonly string[],
    call: VendorCall,
  ) => Promise<readonly (readonly number[])[]>;
  readonly listModels?: (call: VendorCall) => Promise<readonly string[]>;
  /** Asks what a model can do, where the server tells; it supersedes `capabilities`. */
  readonly readFacts?: (model: string, call: VendorCall) => Promise<ServedFacts>;
}

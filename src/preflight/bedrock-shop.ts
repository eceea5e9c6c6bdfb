import type { BedrockClient } from "@aws-sdk/client-bedrock";
import type { AskAws } from "./aws-questions.ts";
import type { BedrockEntry } from "./bedrock-catalogue.ts";

/** What Bedrock has in a region, and how more is asked of it. */
export interface BedrockShop {
  readonly catalogue: readonly BedrockEntry[];
  readonly bedrock: AskAws<BedrockClient>;
  readonly signal: AbortSignal;
}

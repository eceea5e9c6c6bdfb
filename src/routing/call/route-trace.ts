import type { FinishReason } from "../../data-models/chat.ts";
import type { ErrorCode } from "../../errors/arena-error.ts";
import type { ProviderErrorReason } from "../../errors/model-errors.ts";
import type { LimitName } from "./time-limits.ts";

/** A candidate as people read it. */
export interface TracedCandidate {
  readonly profile: string;
  readonly provider: string | null;
  readonly model: string;
  readonly isFallback: boolean;
  /** Why it was not asked, or why it refused before anybody worked on it; null if it was asked, or if its turn never came. */
  readonly skipped: string | null;
}

/** One attempt: who, when, how long, and what came of it. */
export interface TracedAttempt {
  readonly profile: string;
  readonly provider: string;
  readonly model: string;
  /** Who answered by the server's own word, where it is another name than was asked for; else null. */
  readonly servedModel: string | null;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  readonly durationMs: number;
  /** Until the first content; null if none came. */
  readonly firstTokenMs: number | null;
  readonly outcome: "answered" | "failed" | "cancelled";
  readonly code: ErrorCode | null;
  readonly reason: ProviderErrorReason | null;
  /** Why the answer ended: one that a filter, the token limit or the deadline cut is not the whole; null without an answer. */
  readonly finishReason: FinishReason | null;
  /** The limit that ended it. */
  readonly limit: LimitName | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** US dollars; null when it is not known what the vendor charges. */
  readonly cost: number | null;
}

/** How an answer, or none, came about. No keys in it, and no words of participants. */
export interface RouteTrace {
  readonly route: string;
  readonly candidates: readonly TracedCandidate[];
  readonly attempts: readonly TracedAttempt[];
  /** Who answered; null as long as nobody did. */
  readonly chosen: Omit<TracedCandidate, "skipped"> | null;
  /** Of all attempts together, in US dollars; null as soon as one is not known. */
  readonly cost: number | null;
}

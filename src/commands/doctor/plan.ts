import { CommandError } from "../command.ts";
import type { Check } from "./check.ts";
import { acceptsAtOnce, acceptsWhileWorking } from "./checks/accepts-at-once.ts";
import { answerShape, answers, emptyMessageID, latency } from "./checks/answers.ts";
import { brokenStreams } from "./checks/broken-stream.ts";
import { metrics } from "./checks/metrics.ts";
import { frozenClient, streamEnd, throwingModel } from "./checks/not-looked-at.ts";
import { definition, reachable, registrationEnds } from "./checks/registration.ts";
import { concurrentRequests, otherModel, repeatedRequest } from "./checks/request-identity.ts";
import {
  chatFormat,
  largeImage,
  messageSize,
  olderShapes,
  smallImage,
  unusableRequests,
} from "./checks/request-shapes.ts";
import { simultaneousRequests } from "./checks/simultaneous-requests.ts";
import { health, reflection } from "./checks/standard-services.ts";
import { streamStaysOpen, twoStreams, waitingAnswers } from "./checks/streams.ts";
import { unreadAnswers } from "./checks/unread-answers.ts";
import { workBeforeStream } from "./checks/work-before-stream.ts";
import { type Scenario, scenarios } from "./orchestrators/scenarios.ts";

/** Every check, in the order of the table. Their stages say in which order they run. */
const checks: readonly Check[] = [
  reachable,
  definition,
  registrationEnds,
  acceptsAtOnce,
  acceptsWhileWorking,
  otherModel,
  ...unusableRequests,
  throwingModel,
  concurrentRequests,
  simultaneousRequests,
  repeatedRequest,
  emptyMessageID,
  ...chatFormat,
  smallImage,
  ...olderShapes,
  largeImage,
  answers,
  latency,
  waitingAnswers,
  workBeforeStream,
  twoStreams,
  ...brokenStreams,
  unreadAnswers,
  answerShape,
  messageSize,
  streamStaysOpen,
  streamEnd,
  metrics,
  frozenClient,
  health,
  reflection,
];

/** The name under which the scenarios can be chosen. */
const ORCHESTRATORS = "orchestrators";

/** What an examination consists of. */
export interface Plan {
  readonly checks: readonly Check[];
  readonly scenarios: readonly Scenario[];
}

/** Plans everything, or only these requirements. @throws CommandError for unknown ones */
export function makePlan(only: readonly string[] = []): Plan {
  const known = new Set([...checks.map(({ requirement }) => requirement), ORCHESTRATORS]);
  for (const name of only) {
    if (known.has(name)) continue;
    throw new CommandError(2, `--only ${name} is not known; there are ${[...known].join(", ")}.`);
  }
  if (only.length === 0) return { checks, scenarios };
  return {
    checks: checks.filter(({ requirement }) => only.includes(requirement)),
    scenarios: only.includes(ORCHESTRATORS) ? scenarios : [],
  };
}

/** Whether a plan asks the model anything, beginning with the doctor's first question. */
export function asksModel({ checks, scenarios }: Plan): boolean {
  const asking = checks.filter(({ needs }) => needs !== "nothing" && needs !== "connection");
  return asking.length + scenarios.length > 0;
}

/** How many requests a plan sends at most, the doctor's first question included, and how many of them reach the model. */
export function countRequests(plan: Plan): { readonly sent: number; readonly prompts: number } {
  const senders = [...plan.checks, ...plan.scenarios];
  const first = asksModel(plan) ? 1 : 0;
  const prompts = senders.reduce((sum, sender) => sum + sender.prompts, first);
  return { prompts, sent: senders.reduce((sum, sender) => sum + sender.others, prompts) };
}

import type { Check } from "./check.ts";
import { acceptsAtOnce, acceptsWhileWorking } from "./checks/accepts-at-once.ts";
import { answerShape } from "./checks/answer-shape.ts";
import { answers } from "./checks/answers.ts";
import { brokenStreams } from "./checks/broken-stream.ts";
import { chatFormat } from "./checks/chat-format.ts";
import { concurrentRequests } from "./checks/concurrent-requests.ts";
import { definition } from "./checks/definition.ts";
import { emptyMessageID } from "./checks/empty-message-id.ts";
import { health } from "./checks/health.ts";
import { largeImage, smallImage } from "./checks/images.ts";
import { latency } from "./checks/latency.ts";
import { messageSize } from "./checks/message-size.ts";
import { metrics } from "./checks/metrics.ts";
import { frozenClient, streamEnd, throwingModel } from "./checks/not-looked-at.ts";
import { olderShapes } from "./checks/older-shapes.ts";
import { otherModel } from "./checks/other-model.ts";
import { reachable } from "./checks/reachable.ts";
import { reflection } from "./checks/reflection.ts";
import { registrationEnds } from "./checks/registration-ends.ts";
import { repeatedRequest } from "./checks/repeated-request.ts";
import { simultaneousRequests } from "./checks/simultaneous-requests.ts";
import { streamStaysOpen } from "./checks/stream-stays-open.ts";
import { twoStreams } from "./checks/two-streams.ts";
import { unreadAnswers } from "./checks/unread-answers.ts";
import { unusableRequests } from "./checks/unusable-requests.ts";
import { waitingAnswers } from "./checks/waiting-answers.ts";
import { workBeforeStream } from "./checks/work-before-stream.ts";

/** Every check, in the order of the table. Their stages say in which order they run. */
export const checks: readonly Check[] = [
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

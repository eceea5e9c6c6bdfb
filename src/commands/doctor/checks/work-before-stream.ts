import { setTimeout as pause } from "node:timers/promises";
import type { Check } from "../check.ts";
import { broken, type Finding, notSeen, ok } from "../finding.ts";
import { inMs, judgeAcceptance } from "../judge.ts";
import type { Target } from "../target.ts";
import { READY_REQUEST } from "../target.ts";

/** Before the doctor has opened a stream it waits so much of its time for an answer. */
const SHARE = 1 / 5;

/** What comes within so much of the time of an answer was not begun by the stream. */
const READY = 1 / 3;

/** What was begun by the stream takes about as long as an answer: at least and at most so much of it. */
const BEGUN = { least: 2 / 5, most: 3 / 2 } as const;

/**
 * Whether the model works before anybody has opened a stream. The doctor asks
 * before it opens its first one; when that is open, an answer that was worked
 * on is there, or takes less than another one. A container that somebody opened
 * a stream to before is not seen as it was.
 */
export const workBeforeStream: Check = {
  requirement: "ARENA-16",
  title: "work begins before a stream is opened",
  stage: "untouched",
  needs: "model",
  prompts: 1,
  others: 0,
  async run(target) {
    const sent = await target.send(READY_REQUEST);
    const refused = judgeAcceptance(sent);
    if (refused) return refused;
    const headStartMs = target.timeouts.answerMs * SHARE;
    await pause(headStartMs);
    const openedAtMs = performance.now();
    const [answer] = await target.whileListening(() =>
      target.log.collect(sent.sessionID, (answers) => answers.length > 0, target.answerTimeouts),
    );
    // Its pace tells what the time means.
    await target.firstExchange();
    if (!answer) return notSeen("no answer came when a stream was opened");
    return judge(target, headStartMs, answer.atMs - openedAtMs);
  },
};

function judge({ pace }: Target, headStartMs: number, answerMs: number): Finding {
  const { aloneMs } = pace;
  const detail = `asked ${inMs(headStartMs)} before the stream was opened, answered ${inMs(answerMs)} after; other answers take ${inMs(aloneMs)}`;
  if (pace.isQuick) return notSeen(`answers come too quickly: ${detail}`);
  if (answerMs <= aloneMs * READY) return ok(detail);
  if (headStartMs < aloneMs) return notSeen(`give a longer --timeout: ${detail}`);
  if (answerMs < BEGUN.least * aloneMs || answerMs > BEGUN.most * aloneMs) {
    return notSeen(`the first answer may have had something to load: ${detail}`);
  }
  return broken(
    detail,
    "What is asked while the orchestrator is away waits for it first and for the model then.",
  );
}

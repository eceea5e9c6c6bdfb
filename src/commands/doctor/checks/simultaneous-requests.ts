import type { Check } from "../check.ts";
import { broken, consequences, notSeen, ok } from "../finding.ts";
import { inMs, judgeAcceptance } from "../judge.ts";
import type { Target } from "../target.ts";
import { READY_REQUEST } from "../target.ts";

const REQUESTS = 5;

/** With so many times the slowest answer of those asked alone, the median of several is in a queue. */
const IN_A_QUEUE = 1.75;

/**
 * Whether requests of several sessions are worked on at the same time. Those
 * of one session may be worked on one after the other (ARENA-10).
 */
export const simultaneousRequests: Check = {
  requirement: "ARENA-10",
  title: `${REQUESTS} sessions at once wait about as long as one`,
  stage: "alone",
  needs: "answers",
  prompts: REQUESTS + 1,
  others: 0,
  run(target) {
    return target.whileListening(async () => {
      await target.askAlone();
      const aloneMs = target.pace.aloneMs;
      const sent = await Promise.all(
        Array.from({ length: REQUESTS }, () => target.send(READY_REQUEST)),
      );
      const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
      if (refused) return refused;
      const waits = await waitsOf(target, sent);
      const medianMs = waits[Math.floor(REQUESTS / 2)];
      if (waits.length < REQUESTS || medianMs === undefined) {
        return broken(`${waits.length} of ${REQUESTS} were answered`, consequences.waitsForever);
      }
      const detail = `${waits.map(inMs).join(", ")}; alone ${inMs(aloneMs)}`;
      if (target.pace.isQuick) return notSeen(`answers come too quickly: ${detail}`);
      return medianMs > IN_A_QUEUE * aloneMs
        ? broken(`one after the other: ${detail}`, consequences.queue)
        : ok(detail);
    });
  },
};

/** How long each waited for its answer, the shortest first. */
async function waitsOf(
  target: Target,
  sent: ReadonlyArray<{ readonly sessionID: string; readonly sentAtMs: number }>,
): Promise<readonly number[]> {
  const waits = await Promise.all(
    sent.map(async ({ sessionID, sentAtMs }) => {
      const [answer] = await target.answers(sessionID, 1);
      return answer && answer.atMs - sentAtMs;
    }),
  );
  return waits.filter((wait) => wait !== undefined).sort((a, b) => a - b);
}

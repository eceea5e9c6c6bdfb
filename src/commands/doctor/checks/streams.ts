import { answersTo, atLeast } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { broken, consequences, ok } from "../finding.ts";
import { judgeAcceptance, judgeExchange } from "../judge.ts";
import { newSession, READY_REQUEST } from "../target.ts";

/** Whether the container ever ended a stream by itself. */
export const streamStaysOpen: Check = {
  requirement: "ARENA-20",
  title: "sendPrediction stays open while the container runs",
  stage: "afterwards",
  needs: "model",
  prompts: 0,
  others: 0,
  async run(target) {
    const ends = target.listenings
      .flatMap((listening) => listening.ends)
      .filter(({ code }) => code !== "RESOURCE_EXHAUSTED"); // That is ARENA-19.
    const failure = ends.find(({ code }) => code !== "OK") ?? ends[0];
    if (!failure) return ok(`${target.listenings.length} streams, none ended by the container`);
    const detail = `ended with ${failure.code}${failure.code === "OK" ? "" : `: ${failure.details}`} (${ends.length} times)`;
    return failure.code === "OK"
      ? broken(detail, "The test orchestrator never carries an answer on again.")
      : broken(detail, consequences.streamDies);
  },
};

const REQUESTS = 4;

/** Whether each answer goes to exactly one of two streams. */
export const twoStreams: Check = {
  requirement: "ARENA-17",
  title: "two streams open: each answer comes on one of them",
  stage: "alone",
  needs: "answers",
  prompts: REQUESTS,
  others: 0,
  async run(target) {
    const streams = [target.connect(), target.connect()].map((client) => target.listen(client));
    try {
      const opened = Promise.all(streams.map((stream) => stream.opened));
      await Promise.race([opened, target.untilQuiet()]);
      const sessionID = newSession();
      const sent = await Promise.all(
        Array.from({ length: REQUESTS }, () => target.send(READY_REQUEST, { sessionID })),
      );
      const refused = sent.map(judgeAcceptance).find((finding) => finding !== undefined);
      if (refused) return refused;
      await target.answers(sessionID, REQUESTS);
      // One more would be one too many.
      const answers = await target.log.collect(
        sessionID,
        atLeast(REQUESTS + 1),
        target.quietTimeouts,
      );
      if (answers.length > REQUESTS) {
        return broken(`${answers.length} answers to ${REQUESTS} requests`, consequences.twice);
      }
      if (!answersTo(REQUESTS)(answers)) {
        const detail = `${answers.length} answers to ${REQUESTS} requests`;
        return broken(detail, consequences.lostAnswer);
      }
      const counts = Map.groupBy(answers, ({ stream }) => stream).values();
      return ok([...counts].map((group) => group.length).join(" + "));
    } finally {
      await Promise.all(streams.map((stream) => stream.close()));
    }
  },
};

/** Whether an answer that is ready while no stream is open waits for one. */
export const waitingAnswers: Check = {
  requirement: "ARENA-16",
  title: "an answer waits while no stream is open",
  stage: "alone",
  needs: "answers",
  prompts: 1,
  others: 0,
  async run(target) {
    const sent = await target.send(READY_REQUEST);
    const refused = judgeAcceptance(sent);
    if (refused) return refused;
    await target.untilQuiet();
    return await target.whileListening(async () => {
      const answers = await target.answers(sent.sessionID, 1);
      return judgeExchange(target, { ...sent, answers });
    });
  },
};

import { modelAnswer } from "../../../generated/model.ts";
import { parseAddress } from "../../address.ts";
import { AnswerLog, answersTo } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { broken, consequences, type Finding, notSeen, ok } from "../finding.ts";
import { FragileConnection } from "../fragile-connection.ts";
import { judgeAcceptance, judgeExchange } from "../judge.ts";
import { newSession, READY_REQUEST, type Target } from "../target.ts";

/** What is under way when the stream breaks. */
const REQUESTS = 2;

/**
 * Whether answers survive the stream that they went out on without arriving.
 * The doctor holds them up on their way, so that the container has written
 * them, and then breaks the stream. What was not on its way could not get lost:
 * nothing is seen of it.
 */
export const brokenStreams: readonly Check[] = [
  survivesBreak("a stream is cancelled: what had not arrived comes on the next", () => {}),
  survivesBreak("a connection is cut: what had not arrived comes on the next", (connection) =>
    connection.sever(),
  ),
];

function survivesBreak(title: string, cut: (connection: FragileConnection) => void): Check {
  return {
    requirement: "ARENA-17",
    title,
    stage: "alone",
    needs: "answers",
    prompts: REQUESTS + 1,
    others: 0,
    async run(target) {
      if (target.connection.tls) return notSeen("the doctor cannot get in between with TLS");
      const withheld = new AnswerLog();
      const connection = await FragileConnection.open(
        parseAddress(target.connection.address),
        (message) => addAnswer(withheld, message),
      );
      try {
        return await examineBreak(target, connection, withheld, () => cut(connection));
      } finally {
        connection.sever();
      }
    },
  };
}

async function examineBreak(
  target: Target,
  connection: FragileConnection,
  withheld: AnswerLog,
  cut: () => void,
): Promise<Finding> {
  const stream = target.listen(target.connect(connection.address));
  try {
    // The first answer proves that the container regards the stream as open.
    const finding = judgeExchange(target, await target.askAlone());
    if (finding.verdict !== "ok") return finding;
    connection.freeze();
    const sessionID = newSession();
    const sent = await Promise.all(
      Array.from({ length: REQUESTS }, () => target.send(READY_REQUEST, { sessionID })),
    );
    const refused = sent.map(judgeAcceptance).find((one) => one !== undefined);
    if (refused) return refused;
    // Once one is there, the others are not far, unless it waits to be acknowledged.
    const onTheirWay = await withheld.collect(sessionID, answersTo(REQUESTS), () =>
      withheld.all.length > 0 ? target.quietTimeouts() : target.answerTimeouts(),
    );
    cut();
    await stream.close();
    return await target.whileListening(async () => {
      const answers = await target.log.collect(sessionID, answersTo(REQUESTS), () =>
        // What was on its way needs no time for the model.
        onTheirWay.length < REQUESTS
          ? target.answerTimeouts()
          : Math.max(target.quietTimeouts(), target.timeouts.answerMs / 4),
      );
      const came = new Set(answers.map(({ answer }) => answer.messageID)).size;
      const detail = `${came} of ${REQUESTS} answers came, ${onTheirWay.length} had been on their way when it broke`;
      if (came < REQUESTS) return broken(detail, consequences.lostAnswer);
      return onTheirWay.length > 0 ? ok(detail) : notSeen(detail);
    });
  } finally {
    await stream.close();
  }
}

function addAnswer(log: AnswerLog, message: Buffer): void {
  try {
    log.addAnswer(0, modelAnswer.decode(message));
  } catch {
    // What is no answer is judged where it arrives.
  }
}

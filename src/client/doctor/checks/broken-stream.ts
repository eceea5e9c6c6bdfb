import { parseAddress } from "../../address.ts";
import { answersTo } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, type Finding, ok, skipped } from "../finding.ts";
import { FragileConnection } from "../fragile-connection.ts";
import { judgeAcceptance, judgeExchange } from "../judge.ts";
import { newSession, type Patient } from "../patient.ts";
import { READY_REQUEST } from "../prompts.ts";

/** What is under way when the stream breaks. */
const REQUESTS = 2;

/**
 * Whether answers survive the stream that they went out on without arriving.
 * The doctor holds them up on their way, so that the container has written
 * them, and then breaks the stream.
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
    async run(patient) {
      if (patient.connection.tls) return skipped("the doctor cannot get in between with TLS");
      const connection = await FragileConnection.open(parseAddress(patient.connection.address));
      try {
        return await examineBreak(patient, connection, () => cut(connection));
      } finally {
        connection.sever();
      }
    },
  };
}

async function examineBreak(
  patient: Patient,
  connection: FragileConnection,
  cut: () => void,
): Promise<Finding> {
  const stream = patient.listen(patient.connect(connection.address));
  try {
    // The first answer proves that the container regards the stream as open.
    const finding = judgeExchange(patient, await patient.exchange(READY_REQUEST));
    if (finding.verdict !== "ok") return finding;
    connection.freeze();
    const sessionID = newSession();
    const sent = await Promise.all(
      Array.from({ length: REQUESTS }, () => patient.send(READY_REQUEST, { sessionID })),
    );
    const refused = sent.map(judgeAcceptance).find((one) => one !== undefined);
    if (refused) return refused;
    await patient.untilQuiet();
    cut();
    await stream.close();
    return await patient.whileListening(async () => {
      // They were ready before the break, so they need no time for the model.
      const patienceMs = Math.max(await patient.quietMs(), patient.patience.answerMs / 4);
      const answers = await patient.log.collect(sessionID, answersTo(REQUESTS), patienceMs);
      const detail = `${answers.length} of ${REQUESTS} answers came`;
      return answersTo(REQUESTS)(answers) ? ok(detail) : broken(detail, consequences.lostAnswer);
    });
  } finally {
    await stream.close();
  }
}

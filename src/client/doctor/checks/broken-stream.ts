import { parseAddress } from "../../address.ts";
import type { ArenaClient } from "../../arena-client.ts";
import type { Check } from "../check.ts";
import { consequences } from "../consequences.ts";
import { broken, type Finding, ok, skipped } from "../finding.ts";
import { judgeAcceptance, judgeExchange } from "../judge.ts";
import { newSession, type Patient } from "../patient.ts";
import { READY_REQUEST } from "../prompts.ts";
import { SeverableConnection } from "../severable-connection.ts";

/** Whether answers survive the stream on which they should have gone out. */
export const brokenStreams: readonly Check[] = [
  survivesBreak("a stream is cancelled: the rest comes on the next", (patient) =>
    examineBreak(patient, patient.connect(), () => {}),
  ),
  survivesBreak("a connection is cut: the rest comes on the next", async (patient) => {
    if (patient.connection.tls) return skipped("the doctor cannot cut a TLS connection");
    const connection = await SeverableConnection.open(parseAddress(patient.connection.address));
    const cut = () => connection.sever();
    try {
      return await examineBreak(patient, patient.connect(connection.address), cut);
    } finally {
      cut();
    }
  }),
];

function survivesBreak(title: string, run: (patient: Patient) => Promise<Finding>): Check {
  const prompts = 3;
  return {
    requirement: "ARENA-17",
    title,
    stage: "alone",
    needs: "answers",
    prompts,
    others: 0,
    run,
  };
}

async function examineBreak(
  patient: Patient,
  client: ArenaClient,
  cut: () => void,
): Promise<Finding> {
  const stream = patient.listen(client);
  try {
    // The first answer proves that the container regards the stream as open.
    const first = await patient.exchange(READY_REQUEST);
    const finding = judgeExchange(patient, first);
    if (finding.verdict !== "ok") return finding;
    const sessionID = newSession();
    // One request is accepted before the break, the other is sent at the same moment.
    const accepted = await patient.send(READY_REQUEST, { sessionID });
    const sending = patient.send(READY_REQUEST, { sessionID });
    cut();
    await stream.close();
    const sent = [accepted, await sending];
    const before = patient.log.of(sessionID).length;
    const refused = sent.map(judgeAcceptance).find((one) => one !== undefined);
    if (refused) return refused;
    return await patient.whileListening(async () => {
      const answers = await patient.answers(sessionID, sent.length);
      const answered = new Set(answers.map(({ answer }) => answer.messageID));
      return answered.size === sent.length
        ? ok(`${before} before, ${answers.length - before} after`)
        : broken(`${answered.size} of ${sent.length} answers came`, consequences.lostAnswer);
    });
  } finally {
    await stream.close();
  }
}

import { parseAddress } from "../../address.ts";
import { atLeast } from "../answer-log.ts";
import type { Check } from "../check.ts";
import { broken, notSeen, ok } from "../finding.ts";
import { FragileConnection } from "../fragile-connection.ts";
import { judgeExchange } from "../judge.ts";

/**
 * Whether an answer that arrived on a connection comes again after that broke.
 * It was acknowledged, but whoever acknowledged it may have died before its
 * program read it.
 */
export const unreadAnswers: Check = {
  requirement: "ARENA-17",
  title: "a connection is cut: what was acknowledged last comes again",
  stage: "alone",
  needs: "answers",
  prompts: 1,
  others: 0,
  async run(target) {
    if (target.connection.tls) return notSeen("the doctor cannot get in between with TLS");
    const connection = await FragileConnection.open(parseAddress(target.connection.address));
    const stream = target.listen(target.connect(connection.address));
    try {
      const exchange = await target.askAlone();
      const finding = judgeExchange(target, exchange);
      if (finding.verdict !== "ok") return finding;
      // Time for the container to hear that the answer arrived.
      await target.untilQuiet();
      connection.sever();
      await stream.close();
      const answers = await target.whileListening(() =>
        target.log.collect(
          exchange.sessionID,
          atLeast(exchange.answers.length + 1),
          target.quietTimeouts,
        ),
      );
      const again = answers.length - exchange.answers.length;
      return again > 0
        ? ok("it came again")
        : broken(
            "it did not come again",
            "What an orchestrator received and had not read when it died is lost: its participants wait in front of a spinner for ever.",
          );
    } finally {
      connection.sever();
      await stream.close();
    }
  },
};

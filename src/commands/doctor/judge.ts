import { type Answer, MalformedAnswerError, toAnswer } from "../../client/answer.ts";
import type { RpcError } from "../../client/rpc-error.ts";
import { broken, consequences, type Finding, notSeen, ok } from "./finding.ts";
import type { Exchange, Sent, Target } from "./target.ts";

/** What a predict that did not end with OK means; undefined when it did. */
export function judgeAcceptance({ failure }: Sent): Finding | undefined {
  return failure && judgeRefusal(failure);
}

/**
 * Judges one request: accepted, answered in time with its own ids, readable.
 * What the answer should say is for `judgeAnswer`.
 */
export function judgeExchange(
  target: Target,
  exchange: Exchange,
  judgeAnswer: (answer: Answer, summary: string) => Finding = (_, summary) => ok(summary),
): Finding {
  const refused = judgeAcceptance(exchange);
  if (refused) return refused;
  const first = exchange.answers[0];
  if (!first) {
    const waited = `no answer in ${inMs(performance.now() - exchange.sentAtMs)}`;
    const hint = target.pace.aloneMs === 0 ? "; give a longer --timeout if it may take more" : "";
    return broken(`${waited}${strayAnswers(target)}${hint}`, consequences.waitsForever);
  }
  if (first.answer.messageID !== exchange.messageID) {
    const [sent, came] = [exchange.messageID, first.answer.messageID].map((id) =>
      JSON.stringify(id),
    );
    return broken(`answered with messageID ${came} instead of ${sent}`, consequences.lostAnswer);
  }
  try {
    const answer = toAnswer(first.answer);
    return judgeAnswer(answer, `${inMs(first.atMs - exchange.sentAtMs)}: ${describe(answer)}`);
  } catch (error) {
    if (error instanceof MalformedAnswerError) {
      return broken(error.message, consequences.unreadable);
    }
    throw error;
  }
}

/**
 * Judges the answer to a request that the container must understand: it may
 * fail for reasons of its own, but not call the request wrong.
 */
export function judgeUnderstood(consequence: string): (answer: Answer, summary: string) => Finding {
  return ({ error }, summary) => {
    if (!error) return ok(summary);
    if (error.code === "INVALID_ARGUMENT") return broken(summary, consequence);
    return notSeen(`the model failed, so this cannot be seen: ${summary}`);
  };
}

/** A time as the table shows it. */
export function inMs(ms: number): string {
  return `${Math.round(ms).toLocaleString("en")} ms`;
}

function judgeRefusal(failure: RpcError): Finding {
  return failure.code === "DEADLINE_EXCEEDED"
    ? broken("predict did not return in time", consequences.predictHangs)
    : broken(failure.message, consequences.predictDies);
}

function strayAnswers(target: Target): string {
  const { strays } = target.log;
  const [first] = strays;
  if (!first) return "";
  const { sessionID, messageID } = first.answer;
  return ` (but ${strays.length} with ids that nobody sent, such as ${JSON.stringify({ sessionID, messageID })})`;
}

function describe({ text, error }: Answer): string {
  return error ? `error answer ${error.code}: ${preview(error.message)}` : preview(text);
}

function preview(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

import type { modelAnswer } from "../../src/generated/model.ts";
import { type Deferred, deferred } from "../fixtures/deferred.ts";
import type { AskedQuestion } from "./expected-answer.ts";
import { participantsWord } from "./fuzz-calls.ts";

/** Whose stream an answer came over: the well-behaved client's, or one that is cut off. */
export type AnswerStream = "beside" | "cut";

/** An answer that did not come. */
export interface OwedAnswer {
  readonly key: string;
  /** How many to whom, for people. */
  readonly text: string;
}

/** A question, which several calls may ask, and what came for it. */
interface Question {
  /** Names of the calls that asked it. */
  readonly calls: string[];
  /** What may be answered; null for anything. */
  readonly answers: Set<string | null>;
  /** Of its calls, those that ended with OK. */
  accepted: number;
  readonly arrivals: Record<AnswerStream, number>;
  arrived: Deferred | null;
}

/** What only answers with an error have: within a text its quotes would be escaped. */
const errorKey = '"error":{';

/** Which questions were asked, and which answers came. */
export class Answers {
  /** What must not be, as lines for people. */
  readonly wrong: string[] = [];
  /** Errors that tell participants' words. */
  readonly leaks: string[] = [];
  count = 0;
  readonly #questions = new Map<string, Question>();

  /** A call is about to ask. */
  asked(call: string, { sessionID, messageID, answer }: AskedQuestion): void {
    const key = keyOf(sessionID, messageID);
    const question = this.#questions.get(key) ?? newQuestion();
    this.#questions.set(key, question);
    question.calls.push(call);
    question.answers.add(answer);
  }

  /** A call that asked ended with OK: an answer must come. */
  accepted({ sessionID, messageID }: AskedQuestion): void {
    const question = this.#questions.get(keyOf(sessionID, messageID));
    if (question) question.accepted++;
  }

  /** Resolves when there is an answer. */
  async arrival({ sessionID, messageID }: AskedQuestion): Promise<void> {
    const question = this.#questions.get(keyOf(sessionID, messageID));
    if (!question || arrivalsOf(question) > 0) return;
    question.arrived ??= deferred();
    await question.arrived.promise;
  }

  arrived(stream: AnswerStream, { sessionID, messageID, answer }: modelAnswer): void {
    this.count++;
    const question = this.#questions.get(keyOf(sessionID, messageID));
    if (!question) {
      this.wrong.push(`an answer to nobody's question, message ${short(messageID)}`);
      return;
    }
    question.arrivals[stream]++;
    question.arrived?.resolve();
    if (answer.includes(errorKey) && answer.includes(participantsWord)) {
      this.leaks.push(`${question.calls.join()}: ${short(answer)}`);
    }
    if (!question.answers.has(null) && !question.answers.has(answer)) {
      const expected = [...question.answers].map((one) => short(String(one)));
      this.wrong.push(
        `${question.calls.join()}: answered ${short(answer)} instead of ${expected.join(" or ")}`,
      );
    }
  }

  /** What was accepted and has no answer. */
  get owed(): readonly OwedAnswer[] {
    return [...this.#questions].flatMap(([key, question]) => owes(key, question));
  }

  /** Names of calls whose answer came more often than they asked. */
  get repeated(): readonly string[] {
    return [...this.#questions.values()]
      .filter(({ calls, arrivals }) => arrivals.cut === 0 && arrivals.beside > calls.length)
      .map(({ calls, arrivals }) => `${calls.join()}: ${arrivals.beside} answers`);
  }
}

function newQuestion(): Question {
  const arrivals = { beside: 0, cut: 0 };
  return { calls: [], answers: new Set(), accepted: 0, arrivals, arrived: null };
}

/** Questions without a messageID are told apart by nobody, so each is answered. */
function owes(key: string, question: Question): readonly OwedAnswer[] {
  const { accepted, calls } = question;
  const due = key.startsWith("\0") ? accepted : Math.min(1, accepted);
  const missing = Math.max(0, due - arrivalsOf(question));
  return missing === 0 ? [] : [{ key, text: `${missing} to ${calls.slice(0, 5).join()}` }];
}

function arrivalsOf({ arrivals }: Question): number {
  return arrivals.beside + arrivals.cut;
}

/** Tells questions apart. */
export function keyOf(sessionID: string, messageID: string): string {
  return `${messageID}\0${sessionID}`;
}

function short(text: string): string {
  return JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);
}

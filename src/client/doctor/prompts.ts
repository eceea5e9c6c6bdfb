/** The question that the doctor asks wherever any question will do; tiny, since it may cost money. */
export const READY_QUESTION = "Answer with one word: ready?";

/** READY_QUESTION as a request. */
export const READY_REQUEST = JSON.stringify([{ role: "user", content: READY_QUESTION }]);

/** A request of about `bytes` bytes that no model is asked, because its content is no text. */
export function unusableRequest(bytes: number): string {
  return JSON.stringify([{ role: "user", content: { padding: "x".repeat(bytes) } }]);
}

/** The container accepted a request and no answer with its ids came in time. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  readonly sessionID: string;
  readonly messageID: string;

  constructor(sessionID: string, messageID: string, timeoutMs: number) {
    super(
      `No answer with sessionID ${JSON.stringify(sessionID)} and messageID ${JSON.stringify(messageID)} within ${timeoutMs / 1000} s. ` +
        "See the container's log; a slow model may need a longer timeout.",
    );
    this.sessionID = sessionID;
    this.messageID = messageID;
  }
}

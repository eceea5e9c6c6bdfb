import assert from "node:assert/strict";
import { QueueFullError } from "./server-errors.ts";

describe("QueueFullError", () => {
  it("names the setting when as many wait as may", () => {
    const { message } = new QueueFullError({ size: 5, undelivered: 3 }, 5);
    assert.match(message, /5 requests wait and 5 may\. .* raise MAX_QUEUE or MAX_CONCURRENCY/);
  });

  it("blames nothing for sure when fewer wait by now: others may have taken some meanwhile", () => {
    const { message } = new QueueFullError({ size: 1, undelivered: 6 }, 5);
    assert.match(message, /by now 1 requests wait of the 5 that may, .* 6 answers/);
    assert.match(message, /Send the request again later.*sendPrediction.*MAX_QUEUE/);
    assert.doesNotMatch(message, /all the memory/);
  });
});

import { randomUUID } from "node:crypto";
import { credentials } from "@grpc/grpc-js";
import { ModelClient, type modelAnswer } from "../src/generated/model.ts";

/** What a load run saw. */
export interface LoadResult {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly longestMs: number;
}

const options = {
  "grpc.max_receive_message_length": -1,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_retries": 0,
};

/** How much to ask. */
export interface LoadOptions {
  readonly count: number;
  readonly concurrency: number;
  /** Characters of each request's text. */
  readonly bytes: number;
  readonly modelID?: string;
}

/** Keeps `concurrency` requests under way until `count` have their answers. */
export async function load(
  address: string,
  { count, concurrency, bytes, modelID = "echo" }: LoadOptions,
): Promise<LoadResult> {
  const calls = new ModelClient(address, credentials.createInsecure(), options);
  const streams = new ModelClient(address, credentials.createInsecure(), options);
  const request = JSON.stringify([{ role: "user", content: "x".repeat(bytes) }]);
  const sent = new Map<string, number>();
  const latencies: number[] = [];
  let begun = 0;
  const sessionID = randomUUID();
  const begin = performance.now();
  try {
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const messageID = String(begun++);
        sent.set(messageID, performance.now());
        calls.predict({ request, modelID, sessionID, messageID }, (error) => {
          if (error) reject(error);
        });
      };
      const stream = streams.sendPrediction({});
      stream.on("error", (error) => {
        if (!("code" in error && error.code === 1)) reject(error);
      });
      stream.on("data", (answer: modelAnswer) => {
        // What an earlier run left unacknowledged comes again.
        if (answer.sessionID !== sessionID) return;
        const { messageID } = answer;
        const at = sent.get(messageID);
        if (at === undefined) return reject(new Error(`a stray answer: ${messageID}`));
        sent.delete(messageID);
        latencies.push(performance.now() - at);
        if (latencies.length === count) {
          stream.cancel();
          resolve();
        } else if (begun < count) {
          next();
        }
      });
      // A stream that is not open yet would make the first answers wait.
      stream.on("metadata", () => {
        for (let index = 0; index < Math.min(concurrency, count); index++) next();
      });
    });
  } finally {
    calls.close();
    streams.close();
  }
  const seconds = (performance.now() - begin) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: count / seconds,
    medianMs: latencies[Math.floor(latencies.length / 2)] ?? Number.NaN,
    longestMs: latencies.at(-1) ?? Number.NaN,
  };
}

import { randomUUID } from "node:crypto";
import { credentials } from "@grpc/grpc-js";
import { ModelClient, type modelAnswer } from "../src/generated/model.ts";
import { median } from "./figures.ts";

/** What a load run saw. */
export interface LoadResult {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly maxMs: number;
  /** From predict to its Empty. */
  readonly acceptedMedianMs: number;
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
  /** Where answers are read, if not where requests are sent. */
  readonly streamAddress?: string;
}

/** Keeps `concurrency` requests under way until `count` have their answers. */
export async function load(
  address: string,
  { count, concurrency, bytes, modelID = "echo", streamAddress = address }: LoadOptions,
): Promise<LoadResult> {
  const calls = new ModelClient(address, credentials.createInsecure(), options);
  const streams = new ModelClient(streamAddress, credentials.createInsecure(), options);
  const request = JSON.stringify([{ role: "user", content: "x".repeat(bytes) }]);
  const sent = new Map<string, number>();
  const latencies: number[] = [];
  const acceptances: number[] = [];
  let begun = 0;
  const sessionID = randomUUID();
  const begin = performance.now();
  try {
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const messageID = String(begun++);
        const sentAt = performance.now();
        sent.set(messageID, sentAt);
        calls.predict({ request, modelID, sessionID, messageID }, (error) => {
          acceptances.push(performance.now() - sentAt);
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
  return {
    perSecond: count / seconds,
    medianMs: median(latencies),
    maxMs: Math.max(...latencies),
    acceptedMedianMs: median(acceptances),
  };
}

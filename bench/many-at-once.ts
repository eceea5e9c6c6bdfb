import type { Figure } from "./figures.ts";
import { load } from "./load.ts";
import { startProcess } from "./server-process.ts";
import { tellModel } from "./tell-model.ts";

/** 500 requests at once to a model that takes a second. */
export async function measureManyAtOnce(): Promise<Figure[]> {
  const environment = {
    MODEL: "./bench/models/gated-model.ts",
    DELAY_MS: "1000",
    MAX_CONCURRENCY: "500",
  };
  await using server = await startProcess(["dist/cli.js", "serve"], environment);
  await tellModel(server.address, { open: true });
  const options = { count: 500, concurrency: 500, bytes: 1000, modelID: "gated" };
  await load(server.address, options);
  const { longestMs, medianMs } = await load(server.address, options);
  return [
    {
      name: "500 at once, a model that takes 1 s, all answered",
      reached: longestMs / 1000,
      unit: "s",
      atMost: 1.3,
      detail: `median ${(medianMs / 1000).toFixed(2)} s`,
    },
  ];
}

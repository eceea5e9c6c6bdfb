import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "./figures.ts";
import { load } from "./load.ts";
import { startProcess } from "./server-process.ts";
import { tellModel } from "./tell-model.ts";

/** Many requests at once to a model that takes a second. */
export async function measureManyAtOnce(): Promise<Figure[]> {
  const crowd = await measure(500, { MAX_CONCURRENCY: "500" });
  const folder = mkdtempSync(join(tmpdir(), "arena-many-"));
  try {
    // A container that works on one request after the other takes 100 s.
    const room = await measure(100, { QUEUE_URL: "sqlite:", SHARED_FOLDER_PATH: folder });
    return [
      toFigure("500 at once, a model that takes 1 s, all answered", crowd, 1.3),
      toFigure("100 at once with the default settings", room, 1.11),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Times {
  readonly maxMs: number;
  readonly medianMs: number;
}

async function measure(count: number, settings: Readonly<Record<string, string>>): Promise<Times> {
  const environment = { MODEL: "./bench/models/gated-model.ts", DELAY_MS: "1000", ...settings };
  await using server = await startProcess(["dist/cli.js", "serve"], environment);
  await tellModel(server.address, { open: true });
  const options = { count, concurrency: count, bytes: 1000, modelID: "gated" };
  await load(server.address, options);
  return await load(server.address, options);
}

function toFigure(name: string, { maxMs, medianMs }: Times, atMost: number): Figure {
  const detail = `median ${(medianMs / 1000).toFixed(2)} s`;
  return { name, reached: maxMs / 1000, unit: "s", atMost, detail };
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "./report.ts";

/** Examines what `docker/Dockerfile` is built on. */
export async function checkImage(report: Report): Promise<void> {
  const text = readFileSync(join("docker", "Dockerfile"), "utf8");
  await report.check("docker/Dockerfile: one base image, pinned by digest, for every stage", () => {
    const [, image = ""] = /^ARG NODE_IMAGE=(\S+)$/m.exec(text) ?? [];
    assert.match(image, /^node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    assert.deepEqual([...new Set(bases)], ["$" + "{NODE_IMAGE}"]);
  });
  await report.check("docker/Dockerfile: says how the digest is renewed", () => {
    const above = text.slice(0, text.indexOf("ARG NODE_IMAGE="));
    assert.match(above, /docker buildx imagetools inspect node:24-bookworm-slim/);
  });
}

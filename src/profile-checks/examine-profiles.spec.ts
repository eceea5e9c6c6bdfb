import assert from "node:assert/strict";
import { markedKey } from "../../test/fixtures/examine.ts";
import { HttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import type { Profile } from "../providers/catalogue.ts";
import { SecretStore } from "../secrets/secret-store.ts";
import { examineProfiles } from "./examine-profiles.ts";

describe("the examination of many profiles", () => {
  let vendor: HttpStandIn;
  beforeEach(async () => {
    vendor = await HttpStandIn.start();
  });
  afterEach(() => vendor.close());

  const profilesOf = (count: number): Profile[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `p${index}`,
      provider: "openai",
      accessInfo: { baseUrl: `${vendor.origin}/p${index}` },
      accessKey: markedKey,
    }));
  const environment = () => undefined;
  const store = () => new SecretStore({ environment, logger: new RecordingLogger() });
  const list = (id: string) => ({ body: { data: [{ id }] } });

  it("goes side by side, four at once, and reports in the file's order", async () => {
    const limits: AbortController[] = [];
    const progress: string[] = [];
    // Four hang until their time is over; the others wait for their turn.
    vendor.reply(...Array.from({ length: 4 }, () => ({ ending: "hang" as const })));
    const examined = examineProfiles(profilesOf(6), {
      store: store(),
      environment,
      createLimit: () => {
        const limit = new AbortController();
        limits.push(limit);
        return limit.signal;
      },
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    await vendor.received(4);
    assert.equal(limits.length, 4, "the fifth one's time has not begun");
    assert.deepEqual(progress, ["0/6"]);
    vendor.reply(list("m4"), list("m5"));
    for (const limit of limits.slice(0, 4)) limit.abort();
    const reports = await examined;
    assert.deepEqual(
      reports.map(({ profile }) => profile),
      ["p0", "p1", "p2", "p3", "p4", "p5"],
    );
    assert.deepEqual(
      reports.map(({ findings }) => findings.find(({ check }) => check === "key")?.verdict),
      ["problem", "problem", "problem", "problem", "ok", "ok"],
    );
    assert.equal(progress.at(-1), "6/6");
    assert.ok(!JSON.stringify(reports).includes("canary"));
  });

  it("keeps what it knew when a profile's time was over", async () => {
    vendor.reply({ ending: "hang" });
    const limit = new AbortController();
    const examined = examineProfiles(profilesOf(1), {
      store: store(),
      environment,
      createLimit: () => limit.signal,
      onProgress: () => {},
    });
    await vendor.received(1);
    limit.abort();
    const [report] = await examined;
    assert.deepEqual(
      report?.findings.map(({ check, verdict, detail }) => `${check}: ${verdict}: ${detail}`),
      ["reference: ok: text in the file", "key: problem: no answer within the time limit"],
    );
    await vendor.last.closed;
  });
});

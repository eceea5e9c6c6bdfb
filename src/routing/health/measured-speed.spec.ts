import assert from "node:assert/strict";
import { ManualClock } from "../../../test/fixtures/manual-clock.ts";
import { MeasuredSpeed } from "./measured-speed.ts";

describe("MeasuredSpeed", () => {
  let clock: ManualClock;
  let speed: MeasuredSpeed;

  beforeEach(() => {
    clock = new ManualClock();
    speed = new MeasuredSpeed(clock);
  });

  it("knows nothing before it measured, but what the table says", () => {
    assert.equal(speed.expectedMs(null), null);
    assert.equal(speed.expectedMs(100), 500 + 3000);
  });

  it("believes what it measured more than the table", () => {
    speed.addFirstToken(2000);
    speed.addRate(100, 1000);
    assert.equal(speed.expectedMs(1000), 2000 + 3000);
  });

  it("moves with what is new", () => {
    speed.addFirstToken(1000);
    for (let time = 0; time < 20; time++) speed.addFirstToken(100);
    assert.ok((speed.firstTokenMs ?? 0) < 110);
    assert.ok((speed.firstTokenMs ?? 0) > 100);
  });

  it("takes no rate from an answer of a few tokens, nor from one that came at once", () => {
    speed.addRate(3, 1);
    speed.addRate(100, 0);
    assert.equal(speed.tokensPerSecond, null);
  });

  it("takes silence for slowness, and for nothing that makes anybody faster", () => {
    speed.addFirstToken(1000);
    speed.addSilence(500);
    assert.equal(speed.firstTokenMs, 1000);
    speed.addSilence(11_000);
    assert.equal(speed.firstTokenMs, 4000);
  });

  it("is due when nothing was measured for a while", () => {
    assert.equal(speed.isDue, false);
    clock.pass(14_999);
    speed.addFirstToken(100);
    clock.pass(14_999);
    assert.equal(speed.isDue, false);
    clock.pass(1);
    assert.equal(speed.isDue, true);
  });

  it("is due for one at a time, and later each time, until it leads", () => {
    const pauses: number[] = [];
    for (let probe = 0; probe < 8; probe++) {
      speed.probe();
      const begin = clock.now();
      while (!speed.isDue) clock.pass(1000);
      pauses.push((clock.now() - begin) / 1000);
    }
    assert.deepEqual(pauses, [30, 60, 120, 240, 480, 600, 600, 600]);
    speed.lead();
    speed.addFirstToken(100);
    clock.pass(15_000);
    assert.equal(speed.isDue, true);
  });

  it("forgets what is old as soon as a probe has measured, and not before", () => {
    speed.addFirstToken(30_000);
    speed.addRate(100, 10_000);
    speed.probe();
    assert.equal(speed.firstTokenMs, 30_000);
    speed.addFirstToken(100);
    speed.addRate(100, 1000);
    assert.deepEqual([speed.firstTokenMs, speed.tokensPerSecond], [100, 100]);
    speed.addFirstToken(200);
    assert.equal(speed.firstTokenMs, 130);
  });
});

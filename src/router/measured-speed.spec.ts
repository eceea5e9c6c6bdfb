import assert from "node:assert/strict";
import { MeasuredSpeed } from "./measured-speed.ts";

describe("MeasuredSpeed", () => {
  it("knows nothing before it measured, but what the table says", () => {
    const speed = new MeasuredSpeed();
    assert.equal(speed.expectedMs(null), null);
    assert.equal(speed.expectedMs(100), 500 + 3000);
  });

  it("believes what it measured more than the table", () => {
    const speed = new MeasuredSpeed();
    speed.addFirstToken(2000);
    speed.addRate(100, 1000);
    assert.equal(speed.expectedMs(1000), 2000 + 3000);
  });

  it("moves with what is new", () => {
    const speed = new MeasuredSpeed();
    speed.addFirstToken(1000);
    for (let time = 0; time < 20; time++) speed.addFirstToken(100);
    assert.ok((speed.firstTokenMs ?? 0) < 110);
    assert.ok((speed.firstTokenMs ?? 0) > 100);
  });

  it("takes no rate from an answer of a few tokens, nor from one that came at once", () => {
    const speed = new MeasuredSpeed();
    speed.addRate(3, 1);
    speed.addRate(100, 0);
    assert.equal(speed.tokensPerSecond, null);
  });
});

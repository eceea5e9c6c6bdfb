import assert from "node:assert/strict";
import { nearestName } from "./nearest-name.ts";

describe("nearestName", () => {
  const known = ["accessKey", "accessInfo", "name", "work"];

  it("finds what was probably meant, whatever its case and punctuation", () => {
    for (const [written, meant] of [
      ["acessKey", "accessKey"],
      ["ACCESS_KEY", "accessKey"],
      ["access-inf", "accessInfo"],
      ["wrok", "work"],
      ["nmae", "name"],
    ] as const) {
      assert.equal(nearestName(written, known), meant);
    }
  });

  it("guesses nothing when nothing is near", () => {
    assert.equal(nearestName("colour", known), undefined);
    assert.equal(nearestName("", known), undefined);
    assert.equal(nearestName("name", []), undefined);
  });

  it("takes the first of two that are as near", () => {
    assert.equal(nearestName("lab", ["lac", "lad"]), "lac");
  });
});

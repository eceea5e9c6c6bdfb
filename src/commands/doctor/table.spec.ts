import assert from "node:assert/strict";
import { stringTerminal } from "../../../test/fixtures/string-terminal.ts";
import { writeTable } from "./table.ts";

describe("the doctor's table", () => {
  it("writes out what could move a terminal's cursor, wherever a container said it", () => {
    const { stdout } = stringTerminal();
    const detail = "predict ended with INTERNAL: \u001b[2J\u001b]0;owned\u0007\u009b31m\u202e";
    const finding = { verdict: "broken", detail, consequence: detail } as const;
    const check = { requirement: "ARENA-9", title: "predict", tookMs: 1 };
    const blind = { ...check, finding: { verdict: "not seen", detail } as const };
    writeTable(
      {
        address: "localhost:8061",
        modelID: "right",
        checks: [{ ...check, finding }, blind, blind, blind, blind],
        orchestrators: [{ name: "platform", survives: false, detail }],
      },
      stdout,
    );
    assert.doesNotMatch(stdout.text.replaceAll("\n", ""), /[\p{Cc}\p{Bidi_Control}]/u);
    assert.equal(stdout.text.split("\\u001b[2J").length, 5);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { toCsvLine } from "./csv-line.ts";

describe("toCsvLine", () => {
  it("quotes what has commas, quotes, line ends, or blanks at its ends, and ends with CRLF", () => {
    const cells = ["plain", "a,b", 'say "hi"', "two\nlines", "a\rb", " blank", ""];
    assert.equal(toCsvLine(cells), 'plain,"a,b","say ""hi""","two\nlines","a\rb"," blank",\r\n');
  });

  for (const start of ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]) {
    it(`lets no spreadsheet run what begins with ${JSON.stringify(start)}`, () => {
      assert.match(toCsvLine([`${start}HYPERLINK(A1)`]), /^"?'/);
    });
  }

  for (const number of ["-1", "+1", "-0.5", "-.5", "+3.", "-1e5", "-2.5E-10"]) {
    it(`leaves the number ${number} as it is`, () => {
      assert.equal(toCsvLine([number]), `${number}\r\n`);
    });
  }

  for (const formula of ["-1+2", "+1|cmd", "-1e", "--1", "-", "-1\n=2", "+1,5"]) {
    it(`takes ${JSON.stringify(formula)} for no number`, () => {
      assert.match(toCsvLine([formula]), /^"?'/);
    });
  }

  it("writes what a reader of RFC 4180 reads back as it was", () => {
    const cell = fc
      .string({ unit: fc.constantFrom(...'",\r\n =aä🙂') })
      .filter((text) => !/^[=+\-@\t\r\n＝＋－＠]/.test(text));
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(rows, (given) => {
        assert.deepEqual(readCsv(given.map(toCsvLine).join("")), given);
      }),
    );
  });
});

/** Reads CSV character by character; nothing of how it was written is known here. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], "", false];
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (isQuoted && character !== '"') cell += character;
    else if (isQuoted && text[index + 1] === '"') {
      cell += '"';
      index++;
    } else if (character === '"') isQuoted = !isQuoted;
    else if (character === ",") {
      row.push(cell);
      cell = "";
    } else if (character === "\r" && text[index + 1] === "\n") {
      rows.push([...row, cell]);
      [row, cell] = [[], ""];
      index++;
    } else {
      assert.doesNotMatch(character, /[\r\n]/, "a line end stands outside of quotes");
      cell += character;
    }
  }
  assert.deepEqual([row, cell, isQuoted], [[], "", false]);
  return rows;
}

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
// Also what spreadsheets skip before a formula, and the signs' full-width forms.
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * A line of CSV as RFC 4180 has it, line end included. A cell that a spreadsheet
 * would take for a formula gets an apostrophe before it: the words are a stranger's.
 */
export function toCsvLine(cells: readonly string[]): string {
  return `${cells.map(toCell).join(",")}\r\n`;
}

function toCell(text: string): string {
  const safe = formulaStart.test(text) && !number.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

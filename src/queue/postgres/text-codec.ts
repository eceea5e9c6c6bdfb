/** Postgres' text holds every character but NUL, which an id may have: it is written as \0. */
export function toText(value: string): string {
  return /[\\\0]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll("\0", "\\0") : value;
}

/** The way back from `toText`. */
export function fromText(text: string): string {
  return text.includes("\\")
    ? text.replace(/\\([\\0])/g, (_whole, escaped) => (escaped === "0" ? "\0" : "\\"))
    : text;
}

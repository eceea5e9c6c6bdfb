import type { Terminal } from "../terminal.ts";

/** Counts seconds on a terminal until the returned function is called; elsewhere it shows nothing. */
export function showWaiting(output: Terminal["stdout"]): () => void {
  if (!output.isTTY) return () => {};
  let seconds = 0;
  const draw = () => output.write(`\r\x1b[Kwaiting ${seconds} s`);
  draw();
  const timer = setInterval(() => {
    seconds += 1;
    draw();
  }, 1000);
  return () => {
    clearInterval(timer);
    output.write("\r\x1b[K");
  };
}

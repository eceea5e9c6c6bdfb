import type { Interface } from "node:readline";
import { printable } from "../../text/printable.ts";
import { messageOf } from "../../text/reason-of.ts";
import type { Terminal } from "../command.ts";
import { CommandError } from "../command.ts";
import type { ChatSession } from "./chat-session.ts";

/**
 * Takes turns until the lines end. Returns the exit code: where nobody watches,
 * 1 if anything failed.
 */
export async function converse(
  session: ChatSession,
  modelID: string,
  lines: Interface,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const hasPrompt = lines.terminal;
  let failures = 0;
  let isOpen = true;
  lines.once("close", () => {
    isOpen = false;
  });
  if (hasPrompt) lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === "/quit") break;
    try {
      if (!(await takeTurn(session, modelID, text, terminal))) failures += 1;
    } catch (error) {
      if (signal.aborted) break;
      failures += 1;
      terminal.stderr.write(`✖ ${printable(messageOf(error), "lines")}\n`);
    }
    if (hasPrompt && isOpen) lines.prompt();
  }
  lines.close();
  if (hasPrompt) terminal.stdout.write("\n");
  return failures > 0 && !hasPrompt ? 1 : 0;
}

/** Does what a line says. False: it was sent, and the answer is an error. */
async function takeTurn(
  session: ChatSession,
  modelID: string,
  text: string,
  { stdout }: Terminal,
): Promise<boolean> {
  const [command] = text.split(/\s/, 1);
  if (text === "") return true;
  if (command === "/reset") {
    session.reset();
    stdout.write("The conversation begins anew.\n");
    return true;
  }
  if (command === "/image") {
    await session.attach(text.slice(command.length).trim());
    stdout.write("The image goes with your next message.\n");
    return true;
  }
  if (command?.startsWith("/")) {
    throw new CommandError(2, `${command} is not known; there are /image FILE, /reset and /quit.`);
  }
  return (await session.say(text, modelID)).error === undefined;
}

import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../../text/printable.ts";
import type { Terminal } from "../command.ts";
import { parseArguments, runCommand } from "../command.ts";
import {
  connectionArguments,
  connectionHelp,
  toConnection,
  toMilliseconds,
} from "../connection-arguments.ts";
import { ChatSession } from "./chat-session.ts";
import { converse } from "./converse.ts";
import { describeDefinition, introduce } from "./introduce.ts";

const help = `arena chat ADDRESS: talks to a model container at HOST:PORT, as the arena would

  --system TEXT      a system message before the conversation
  --image FILE       attach an image to the first message
  --images FOLDER    where generated images are saved (.)
  --timeout SECONDS  how long to wait for an answer (120)
${connectionHelp}

While you chat: /image FILE attaches an image to the next message, /reset
forgets the conversation, /quit ends. Without a terminal each line of the input
is a message, and the exit code is 1 if one was not answered.
`;

/** Longer than our server waits before it asks whether an answer has arrived. */
const lingerMs = 100;

/** `arena chat`: talks to a container and returns the exit code. */
export function runChat(argv: readonly string[], terminal: Terminal): Promise<number> {
  return runCommand("chat", terminal, () => run(argv, terminal));
}

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArguments({
    args: [...argv],
    options: {
      ...connectionArguments,
      system: { type: "string" },
      image: { type: "string" },
      images: { type: "string" },
    },
    allowPositionals: true,
  });
  if (values.help) {
    terminal.stdout.write(help);
    return 0;
  }
  const ending = new AbortController();
  const connection = toConnection(positionals, values);
  const timeoutMs = toMilliseconds("--timeout", values.timeout, 120);
  const { system, image, images: imageFolder = "." } = values;
  const { signal } = ending;
  const session = new ChatSession({ connection, system, timeoutMs, imageFolder, signal }, terminal);
  try {
    if (image !== undefined) await session.attach(image);
    const modelID = values["model-id"] ?? (await greet(session, connection.address, terminal));
    const lines = readLines(terminal);
    lines.on("SIGINT", () => {
      ending.abort(new Error("Ended by Ctrl-C."));
      lines.close();
    });
    return await converse(session, modelID, lines, terminal, signal);
  } finally {
    // The server asks about the last answer a moment later; who has left by then gets it again.
    await sleep(lingerMs);
    session.client.close();
  }
}

async function greet(session: ChatSession, address: string, { stdout }: Terminal): Promise<string> {
  const definition = await introduce(session.client, address);
  stdout.write(
    `${printable(definition.modelID)} at ${address}: ${describeDefinition(definition)}\n`,
  );
  if (stdout.isTTY) stdout.write("/image FILE, /reset, /quit\n");
  return definition.modelID;
}

function readLines({ stdin, stdout }: Terminal): Interface {
  const isInteractive = stdin.isTTY === true && stdout.isTTY === true;
  return createInterface({
    input: stdin,
    ...(isInteractive ? { output: stdout } : {}),
    terminal: isInteractive,
    prompt: isInteractive ? "you> " : "",
  });
}

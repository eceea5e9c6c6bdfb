import { once } from "node:events";
import { type FaultName, isFaultName, listFaults } from "../testing/mock-provider/faults.ts";
import { startMockProvider } from "../testing/mock-provider/start-mock-provider.ts";
import type { Terminal } from "./command.ts";
import { CommandError, parseArguments, runCommand } from "./command.ts";

const help = `arena mock: a provider that fails on demand, to rehearse bad days

  arena mock [--port PORT]

It speaks as OpenAI does (/v1/chat/completions, streamed or not, /v1/models,
/v1/embeddings). The model's name says what happens:

${listFaults()}

  --port PORT          where it listens (default: 8063; 0 for a free one)
  --host HOST          for whom (default: 127.0.0.1)
  --model NAME=FAULT   gives a model of your own arena.yaml a fault; repeatable
  --time-scale FACTOR  makes the faults' times longer or shorter (default: 1)
  -h, --help           this text

In arena.yaml, a profile with "provider: self-hosted" and "accessInfo: {baseUrl:
http://127.0.0.1:8063/v1}" leads here. GET /requests tells what was asked, with the
requests' bodies and without keys; DELETE /requests forgets it. It ends with Ctrl-C.

Exit code: 0 ended, 1 it could not listen, 2 wrong command line.
`;

const options = {
  port: { type: "string", default: "8063" },
  host: { type: "string", default: "127.0.0.1" },
  model: { type: "string", multiple: true },
  "time-scale": { type: "string", default: "1" },
  help: { type: "boolean", short: "h" },
} as const;

/** `arena mock`: serves a fault-injecting provider until the signal aborts; returns the exit code. */
export function runMock(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal = endOfProcess(),
): Promise<number> {
  return runCommand("mock", terminal, async () => {
    const { values } = parseArguments({ args: [...argv], options });
    if (values.help) {
      terminal.stdout.write(help);
      return 0;
    }
    const { host } = values;
    const port = toNumber(
      "--port",
      values.port,
      (number) => Number.isInteger(number) && number < 65_536,
    );
    const timeScale = toNumber("--time-scale", values["time-scale"], (number) => number > 0);
    const models = Object.fromEntries((values.model ?? []).map(toOwnModel));
    const mock = await startMockProvider({ host, port, timeScale, models }).catch(
      (error: unknown) => {
        throw new CommandError(
          1,
          `cannot listen on ${host}:${port} (${String(error)}). Choose another --port, or 0 for a free one.`,
        );
      },
    );
    terminal.stdout.write(
      `The mock provider is at ${mock.baseUrl}. What it saw: ${new URL("/requests", mock.baseUrl)}\n`,
    );
    if (!signal.aborted) await once(signal, "abort");
    await mock.stop();
    return 0;
  });
}

function toNumber(name: string, text: string, isValid: (number: number) => boolean): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (number >= 0 && isValid(number)) return number;
  throw new CommandError(2, `${name} expects a number in its range, got ${JSON.stringify(text)}.`);
}

function toOwnModel(text: string): [string, FaultName] {
  const at = text.lastIndexOf("=");
  const [name, fault] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && isFaultName(fault)) return [name, fault];
  throw new CommandError(
    2,
    `--model expects NAME=FAULT with a fault of --help, got ${JSON.stringify(text)}.`,
  );
}

/** Aborts at Ctrl-C and SIGTERM. */
function endOfProcess(): AbortSignal {
  const ending = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => ending.abort());
  return ending.signal;
}

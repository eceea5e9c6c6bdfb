import { type FuzzReport, restHeapMB } from "./fuzz.ts";
import { metricsWord, participantsWord } from "./fuzz-calls.ts";

/** A claim about a server, and what contradicts it. */
export interface Claim {
  readonly text: string;
  readonly against: readonly string[];
}

/** Resident memory of the server at any time. */
const maxMB = 700;
const minServed = 1;
/** What contradicts a claim is printed up to so often. */
const printed = 10;

/** What is claimed of a server that was sent all this. */
export function claimsOf(report: FuzzReport): readonly Claim[] {
  const { run, client, log, samples, earlyExit, exit, stderr } = report;
  const { answers } = run;
  // A client's HTTP/2 acknowledges what comes after it cancelled a stream and before the server
  // has heard of that; nobody reads it then.
  const lost = answers.owed.filter(({ key }) => !log.delivered.has(key));
  const cut = answers.owed.length - lost.length;
  const resident = samples.map(({ residentMB }) => residentMB);
  const heap = samples.map(({ heapMB }) => heapMB);
  const [maxResident, lastHeap] = [Math.max(...resident), heap.at(-1) ?? Number.NaN];
  const served = `${client.served} questions of a client beside it are answered, each once and rightly`;
  return [
    {
      text: "the server's process lives",
      against: earlyExit === null ? [] : [`it ended: ${JSON.stringify(earlyExit)} ${stderr}`],
    },
    {
      text: served,
      against: client.served < minServed ? ["none was served", ...client.wrong] : client.wrong,
    },
    { text: "every call ends, and none with an error of the server's own", against: run.broken },
    { text: "ARENA-9: predict answers OK to every whole message", against: run.refused },
    {
      text: `whatever predict took is answered, but for ${cut} that went to streams which were cut`,
      against: lost.map(({ text }) => text),
    },
    { text: "nothing is answered more often than it was asked", against: answers.repeated },
    { text: "every answer is the one that its question has", against: answers.wrong },
    { text: "connections that flood nobody are not cut", against: run.cut },
    { text: "the log has no line about a bug", against: log.bugs },
    {
      text: "no status, no error, no line of the log and no metric holds words",
      against: [...run.leaks, ...answers.leaks, ...log.leaks, ...metricLeaks(report.metrics)],
    },
    { text: "standard error is empty", against: stderr === "" ? [] : [stderr] },
    {
      text: `resident memory stays below ${maxMB} MB: ${inMB(resident)}, at most ${maxResident.toFixed(0)}`,
      against: maxResident < maxMB ? [] : [resident.map((one) => one.toFixed(0)).join()],
    },
    {
      text: `the heap comes back to ${restHeapMB} MB: ${inMB(heap)}`,
      against: lastHeap <= restHeapMB ? [] : [heap.map((one) => one.toFixed(0)).join()],
    },
    {
      text: "the server ends when it is told to",
      against: exit.code === 0 ? [] : [JSON.stringify(exit)],
    },
  ];
}

/** The first and the last of figures. */
function inMB(figures: readonly number[]): string {
  return `${figures[0]?.toFixed(0)} → ${figures.at(-1)?.toFixed(0)}`;
}

function metricLeaks(metrics: string): readonly string[] {
  return metrics
    .split("\n")
    .filter((line) => line.includes(participantsWord) || line.includes(metricsWord));
}

/** A report for people, with the seed that runs it again. */
export function toText(report: FuzzReport, claims: readonly Claim[]): string {
  const { run, options, seconds, log } = report;
  return [
    `seed ${options.seed}: ${run.messages} messages in ${seconds.toFixed(0)} s, ${run.answers.count} answers`,
    "how calls ended:",
    ...[...run.ends].toSorted().map(([method, counts]) => `  ${method}: ${listed(counts)}`),
    `mutations: ${listed(run.mutations)}`,
    `connections: ${listed(run.connections)}`,
    `the log: ${listed(log.counts)}`,
    ...claims.flatMap(({ text, against }) => [
      `${against.length === 0 ? "✓" : "✗"} ${text}`,
      ...against.slice(0, printed).map((one) => `    ${one}`),
      ...(against.length > printed ? [`    and ${against.length - printed} more`] : []),
    ]),
  ].join("\n");
}

function listed(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return "none";
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

import { ConfigurationError, type ConfigurationProblem } from "../errors/arena-error.ts";
import type { SessionArchive } from "./archive/session-archive.ts";
import type { QueueOptions } from "./queue-options.ts";
import type { RequestQueue } from "./request-queue.ts";

/** A kind of queue. Databases are imported only by those who use them. */
interface QueueKind {
  readonly create: (options: QueueOptions) => Promise<RequestQueue>;
  /** Whether several processes can use the same queue. */
  readonly isShared: boolean;
  /** What its URL lacks, if anything. */
  readonly problem?: (url: string) => string | null;
  readonly openArchives: (url: string, folder: string) => Promise<readonly SessionArchive[]>;
}

const postgres: QueueKind = {
  create: async (options) => (await import("./postgres/postgres-queue.ts")).createQueue(options),
  isShared: true,
  problem: (url) =>
    URL.canParse(url) ? null : "it is no URL; expected postgres://USER:PASSWORD@HOST:PORT/DATABASE",
  openArchives: async (url) => [
    await (await import("./postgres/postgres-archive.ts")).openPostgresArchive(url),
  ],
};

/** The kinds of queues, by the scheme of their URL. */
const kinds: Readonly<Record<string, QueueKind>> = {
  "memory:": {
    create: async (options) => new (await import("./memory/memory-queue.ts")).MemoryQueue(options),
    isShared: false,
    openArchives: async () => {
      const message = "memory: keeps nothing beyond its process; name a sqlite: or postgres: queue";
      throw new ConfigurationError([{ name: "QUEUE_URL", message }]);
    },
  },
  "sqlite:": {
    create: async (options) => (await import("./sqlite/sqlite-queue.ts")).createQueue(options),
    isShared: false,
    openArchives: async (url, folder) =>
      (await import("./sqlite/sqlite-queue.ts")).openArchives(url, folder),
  },
  "postgres:": postgres,
  "postgresql:": postgres,
};

/** What is wrong with a QUEUE_URL for a process of this role, if anything. */
export function queueProblems(
  url: string,
  role: "all" | "gateway" | "worker",
): readonly ConfigurationProblem[] {
  const kind = findKind(url);
  // The URL may hold a password: it is not repeated here.
  if (!kind) return [unknownScheme()];
  const problem = kind.problem?.(url);
  if (problem) return [{ name: "QUEUE_URL", message: problem }];
  if (role === "all" || kind.isShared) return [];
  const message = `a ${role} needs a queue that processes share: set QUEUE_URL to postgres://…, or ROLE to all`;
  return [{ name: "ROLE", message }];
}

/** Creates the queue of a URL. @throws ConfigurationError when it cannot be used */
export async function createQueue(options: QueueOptions): Promise<RequestQueue> {
  return kindOf(options.url).create(options);
}

/**
 * Opens what queues of this URL have kept, to be read and deleted.
 * @throws ConfigurationError when nothing is kept there
 */
export async function openArchives(
  url: string,
  folder: string,
): Promise<readonly SessionArchive[]> {
  return kindOf(url).openArchives(url, folder);
}

function kindOf(url: string): QueueKind {
  const kind = findKind(url);
  if (!kind) throw new ConfigurationError([unknownScheme()]);
  return kind;
}

function unknownScheme(): ConfigurationProblem {
  const known = Object.keys(kinds).join(", ");
  return { name: "QUEUE_URL", message: `its scheme is not known; expected one of ${known}` };
}

function findKind(url: string): QueueKind | undefined {
  const scheme = `${url.split(":", 1)[0]}:`;
  return Object.hasOwn(kinds, scheme) ? kinds[scheme] : undefined;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosClient } from "./chaos-client.ts";
import type { Disturbances } from "./disturbances.ts";
import type { PlannedFault } from "./plan.ts";
import type { Replica } from "./replica.ts";
import type { World } from "./world.ts";

/** What faults do their work on. */
export interface FaultsOptions {
  readonly world: World;
  readonly clients: readonly ChaosClient[];
  readonly disturbances: Disturbances;
  readonly leaseMs: number;
}

/** How long a fault may last, beyond the lease where a lease plays a part. */
const maxMs = { freeze: 1000, clientFreeze: 1500, unlink: 2000, stop: 2000 };
/** When requests are refused because the database is away. */
const retryForMs = 5000;

/** Does to the system what the plan says. A part that suffers already is left alone. */
export class Faults {
  readonly #options: FaultsOptions;
  readonly #suffering = new Set<unknown>();
  readonly #underWay = new Set<Promise<void>>();
  #failure: unknown = null;

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  /** Begins it. What lasts goes on while others begin. */
  begin(fault: PlannedFault): void {
    const { world, clients } = this.#options;
    const { target, kind, length } = fault;
    const gateway = at(world.gateways, target);
    const worker = at(world.workers, target);
    const client = at(clients, target);
    switch (kind) {
      case "kill gateway":
        this.#one(gateway, () => kill(gateway));
        break;
      case "kill worker":
        this.#one(worker, () => kill(worker));
        break;
      case "end gateway":
        this.#one(gateway, () => end(gateway));
        break;
      case "end worker":
        this.#one(worker, () => end(worker));
        break;
      case "kill database":
        this.#one(world.database, () => this.#killDatabase(0));
        break;
      case "stop database":
        this.#one(world.database, () => this.#killDatabase(retryForMs + maxMs.stop * length));
        break;
      case "freeze gateway":
        this.#one(gateway, () => this.#freeze(gateway, fault));
        break;
      case "freeze worker":
        this.#one(worker, () => this.#freeze(worker, fault));
        break;
      case "freeze database":
        this.#one(world.database, () => this.#freezeDatabase(fault));
        break;
      case "unlink gateway":
        this.#one(gateway, () => this.#unlink(gateway, fault));
        break;
      case "unlink worker":
        this.#one(worker, () => this.#unlink(worker, fault));
        break;
      case "freeze client":
        this.#one(client, () => freezeClient(client, fault));
        break;
      case "cut stream":
        this.#one(client, async () => client.cutStream());
        break;
      case "cut calls":
        this.#one(client, () => client.cutCalls());
        break;
    }
  }

  /** Resolves when everything that was done is over. Rejects when something did not start again. */
  async over(): Promise<void> {
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure;
  }

  #one(part: unknown, work: () => Promise<void>): void {
    if (this.#failure) throw this.#failure;
    if (this.#suffering.has(part)) return;
    this.#suffering.add(part);
    const done = work()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#suffering.delete(part);
        this.#underWay.delete(done);
      });
    this.#underWay.add(done);
  }

  /** Longer than the lease: when it goes on, it has lost what it held. */
  async #freeze(replica: Replica, { length }: PlannedFault): Promise<void> {
    const goOn = replica.freeze();
    await sleep(this.#options.leaseMs + length * maxMs.freeze);
    goOn();
  }

  async #unlink(replica: Replica, { length, isCutAfterwards }: PlannedFault): Promise<void> {
    const goOn = replica.unlink();
    // A moment is enough to lose what the database says, and longer than the lease to lose that.
    await sleep(length ** 3 * maxMs.unlink);
    goOn(isCutAfterwards);
  }

  async #killDatabase(awayMs: number): Promise<void> {
    const { world, disturbances } = this.#options;
    const end = disturbances.begin("database", awayMs > 0 ? "stop" : "kill");
    await world.database?.kill();
    await sleep(awayMs);
    await world.database?.start();
    end();
  }

  async #freezeDatabase({ length }: PlannedFault): Promise<void> {
    const { world, disturbances, leaseMs } = this.#options;
    const end = disturbances.begin("database", "freeze");
    world.database?.pause();
    await sleep(leaseMs + length * maxMs.freeze);
    world.database?.resume();
    end();
  }
}

async function kill(replica: Replica): Promise<void> {
  const startAgain = await replica.kill();
  await startAgain();
}

/** As a new version is rolled out. */
async function end(replica: Replica): Promise<void> {
  const startAgain = await replica.end();
  await startAgain();
}

async function freezeClient(client: ChaosClient, fault: PlannedFault): Promise<void> {
  const goOn = client.freeze();
  await sleep(fault.length * maxMs.clientFreeze);
  goOn(fault.isCutAfterwards);
}

function at<Part>(parts: readonly Part[], target: number): Part {
  const part = parts[target % parts.length];
  if (part === undefined) throw new RangeError("there is no such part");
  return part;
}

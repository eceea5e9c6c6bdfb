import assert from "node:assert/strict";
import { inspect } from "node:util";
import { SecretError, type SecretErrorReason } from "../../src/errors/route-errors.ts";
import { SecretStore, type SecretStoreOptions } from "../../src/secrets/secret-store.ts";
import { type HttpReply, type HttpRequest, HttpStandIn } from "../fixtures/http-stand-in.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";

type Variables = Readonly<Record<string, string>>;

/** How one kind of vault does what every kind does. */
export interface VaultCase {
  /** Leads to the key of `stored`. */
  readonly reference: string;
  /** What reaches the vault at this address. */
  readonly reach: (origin: string) => {
    readonly variables?: Variables;
    readonly azure?: NonNullable<SecretStoreOptions["azure"]>;
  };
  /** What the vault does, beside the failures; its words are marked as canaries. */
  readonly answer: (request: HttpRequest) => HttpReply;
  /** Puts this before whom the vault knows. */
  readonly guarded?: (reply: HttpReply) => (request: HttpRequest) => HttpReply;
  /** How it says that the key is empty. */
  readonly empty: HttpReply;
  /** What it answers, what that is, and what the error says. */
  readonly failures: Readonly<Record<string, VaultFailureCase>>;
}

export type VaultFailureCase = readonly [
  reply: HttpReply,
  reason: SecretErrorReason,
  message?: RegExp,
];

/** The key that every vault holds. */
export const storedKey = "sk-canary-stored";

/** A vault, and those who ask it. */
export class VaultAsked {
  readonly vault: HttpStandIn;
  readonly logger = new RecordingLogger("debug");
  readonly #case: VaultCase;

  constructor(vaultCase: VaultCase, vault: HttpStandIn) {
    this.#case = vaultCase;
    this.vault = vault;
  }

  /** A store whose environment has also these variables; an empty one is not set. */
  store(more: Variables = {}, times: SecretStoreOptions["times"] = {}): SecretStore {
    const { variables, ...reach } = this.#case.reach(this.vault.origin);
    const all: Variables = { ...variables, ...more };
    const environment = (name: string) => all[name] || undefined;
    return new SecretStore({ environment, logger: this.logger, times, ...reach });
  }

  async get(reference = this.#case.reference, more: Variables = {}): Promise<string> {
    const { signal } = new AbortController();
    return (await this.store(more).source(reference).get(signal)).reveal();
  }

  /** The error of an asking, after it was searched for what nobody may be told. */
  async refusal(reference = this.#case.reference, more: Variables = {}): Promise<SecretError> {
    const error = await rejection(this.get(reference, more));
    assert.ok(error.message.startsWith(`${reference}: `), error.message);
    return error;
  }
}

/** The error with which this rejects, after it was searched for what nobody may be told. */
export async function rejection(promise: Promise<unknown>): Promise<SecretError> {
  const error = await promise.then(
    () => assert.fail("it did not reject"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SecretError, inspect(error));
  assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/i);
  const verdict = error.reason === "away" ? ["UNAVAILABLE", true] : ["FAILED_PRECONDITION", false];
  assert.deepEqual([error.code, error.retryable], verdict);
  return error;
}

/** What every vault does, shown at a stand-in of it, which `own` may go on with. */
export function describeVault(
  title: string,
  vaultCase: VaultCase,
  own: (at: () => VaultAsked) => void,
): void {
  const { reference, answer, empty, failures, guarded = (reply) => () => reply } = vaultCase;
  const { signal } = new AbortController();

  describe(title, () => {
    let asked: VaultAsked;
    const at = () => asked;
    beforeEach(async () => {
      asked = new VaultAsked(vaultCase, await HttpStandIn.start(answer));
    });
    afterEach(() => asked.vault.close());

    it("reads a key, by one call for all who ask", async () => {
      const store = asked.store();
      const first = await store.source(reference).get(signal);
      const calls = asked.vault.requests.length;
      const second = await store.source(reference).get(signal);
      assert.deepEqual([first.reveal(), second.reveal()], [storedKey, storedKey]);
      assert.equal(asked.vault.requests.length, calls);
    });

    for (const [what, [reply, reason, message = /./]] of Object.entries(failures)) {
      it(`says what to do about ${what}, and repeats nothing of it`, async () => {
        asked.vault.answer = guarded(reply);
        const error = await asked.refusal();
        assert.match(error.message, message);
        assert.equal(error.reason, reason);
      });
    }

    it("says that nobody answers", async () => {
      asked.vault.answer = () => "drop";
      assert.equal((await asked.refusal()).reason, "away");
    });

    it("says that what is stored is empty", async () => {
      asked.vault.answer = guarded(empty);
      const { reason, message } = await asked.refusal();
      assert.match(message, /what is stored is empty/);
      assert.equal(reason, "unusable");
    });

    it("gives up a call that is not answered in time", async () => {
      asked.vault.answer = () => "hang";
      const store = asked.store({}, { callTimeoutMs: 50 });
      const error = await rejection(store.source(reference).get(signal));
      assert.match(error.message, /has not answered within 50 ms/);
    });

    it("keeps the last good key while it is away, and says so once without telling it", async () => {
      const source = asked.store({}, { ttlMs: 0, retryAfterMs: 0 }).source(reference);
      await source.get(signal);
      asked.vault.answer = () => ({ status: 500, body: { canary: storedKey } });
      for (let call = 0; call < 3; call++) {
        assert.equal((await source.get(signal)).reveal(), storedKey);
      }
      assert.equal(asked.logger.items.length, 1);
      assert.doesNotMatch(asked.logger.text, /canary/i);
    });

    own(at);
  });
}

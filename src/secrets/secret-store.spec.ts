import assert from "node:assert/strict";
import { inspect } from "node:util";
import { fakeTime } from "../../test/fixtures/fake-time.ts";
import { RecordingLogger } from "../../test/fixtures/recording-logger.ts";
import { SecretError } from "../errors/route-errors.ts";
import { Secret } from "./secret.ts";
import { SecretStore } from "./secret-store.ts";

describe("SecretStore", () => {
  const time = fakeTime();
  const never = new AbortController().signal;
  let variables: Record<string, string>;
  let asked: string[];
  let store: SecretStore;

  beforeEach(() => {
    variables = { KEY: "sk-canary-1" };
    asked = [];
    const environment = (name: string) => {
      asked.push(name);
      return variables[name];
    };
    store = new SecretStore({ environment, logger: new RecordingLogger() });
  });

  it("hands out a key that was written down as it is, and calls it a text", async () => {
    const source = store.source(" sk-canary ");
    assert.equal(source.description, "text");
    const secret = await source.get(never);
    source.refused(secret);
    assert.equal((await source.get(never)).reveal(), "sk-canary");
    await assert.rejects(source.get(AbortSignal.abort(new Error("gone"))), { message: "gone" });
  });

  it("asks for a key when it is needed and not before", async () => {
    const source = store.source("{Env:KEY}");
    assert.equal(source.description, "{Env:KEY}");
    assert.deepEqual(asked, []);
    assert.equal((await source.get(never)).reveal(), "sk-canary-1");
    assert.deepEqual(asked, ["KEY"]);
  });

  it("shares one copy between those who name the same", async () => {
    await Promise.all(
      [store.source("{Env:KEY}"), store.source(" {Env:KEY}")].map((source) => source.get(never)),
    );
    assert.deepEqual(asked, ["KEY"]);
  });

  it("has the new key after the old one was refused", async () => {
    const source = store.source("{Env:KEY}");
    const old = await source.get(never);
    variables["KEY"] = "sk-canary-2";
    assert.equal((await source.get(never)).reveal(), "sk-canary-1");
    source.refused(old);
    assert.equal((await source.get(never)).reveal(), "sk-canary-2");
  });

  it("asks ever more seldom for a wrong key, however often it is refused", async () => {
    const source = store.source("{Env:KEY}");
    const askedAt: number[] = [];
    for (let second = 0; second < 160; second += 10) {
      const before = asked.length;
      source.refused(await source.get(never));
      await source.get(never);
      if (asked.length > before) askedAt.push(second);
      await time.pass(10_000, 10_000);
    }
    assert.deepEqual(askedAt, [0, 10, 30, 70, 150]);
  });

  it("has a key that was stored only after the old one was refused", async () => {
    const source = store.source("{Env:KEY}");
    source.refused(await source.get(never));
    const old = await source.get(never);
    variables["KEY"] = "sk-canary-2";
    await time.pass(10_000, 10_000);
    source.refused(old);
    assert.equal((await source.get(never)).reveal(), "sk-canary-2");
  });

  it("does not mind the refusal of a key that it has replaced", async () => {
    const source = store.source("{Env:KEY}");
    const old = await source.get(never);
    variables["KEY"] = "sk-canary-2";
    source.refused(old);
    await source.get(never);
    await time.pass(10_000, 10_000);
    source.refused(old);
    source.refused(new Secret("another"));
    await source.get(never);
    assert.equal(asked.length, 2);
  });

  it("asks again when the renewed key is refused as well", async () => {
    const source = store.source("{Env:KEY}");
    for (const next of ["sk-canary-2", "sk-canary-3"]) {
      const refused = await source.get(never);
      variables["KEY"] = next;
      await time.pass(10_000, 10_000);
      source.refused(refused);
      assert.equal((await source.get(never)).reveal(), next);
    }
  });

  it("sends nothing that is no key", async () => {
    for (const [stored, problem] of [
      ["  ", /is empty; a key was expected/],
      ["sk-canary\nsk-canary", /control or invisible character \(U\+000A\)/],
      ['{"KEY": "canary"}', /begins with a brace, so it is a reference or JSON/],
      ["{Env:OTHER_CANARY}", /begins with a brace/],
    ] as const) {
      variables["WRONG"] = stored;
      const rejected = store.source("{Env:WRONG}").get(never);
      await assert.rejects(rejected, (error: unknown) => {
        assert.ok(error instanceof SecretError);
        assert.match(error.message, problem);
        assert.match(error.message, /^\{Env:WRONG\}: what is stored /);
        assert.deepEqual([error.code, error.retryable], ["FAILED_PRECONDITION", false]);
        assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/i);
        return true;
      });
      await time.pass(10_000, 10_000);
    }
  });

  it("has a mended key without waiting until the wrong one is old", async () => {
    const source = store.source("{Env:KEY}");
    variables["KEY"] = "two\nlines";
    await assert.rejects(source.get(never), SecretError);
    variables["KEY"] = "sk-canary";
    assert.equal((await source.get(never)).reveal(), "sk-canary");
  });

  it("refuses at once what is neither a key nor a reference", () => {
    const expected = /^accessKey: must begin with \{Env: in exactly these letters/;
    assert.throws(
      () => store.source("{env:KEY}"),
      (error) => error instanceof SecretError && expected.test(error.message),
    );
    assert.throws(() => store.keysFrom("canary", []), /^SecretError: keysFrom: is no reference/);
  });
});

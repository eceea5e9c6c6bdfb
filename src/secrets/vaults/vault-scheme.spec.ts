import assert from "node:assert/strict";
import { inspect } from "node:util";
import { type HttpReply, HttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import { SecretError } from "../../errors/route-errors.ts";
import { SecretStore } from "../secret-store.ts";

describe("{Vault:…}", () => {
  const resources = testResources();
  const never = new AbortController().signal;
  const token = "hvs.canary-token";
  const preflight = "/v1/sys/internal/ui/mounts/";
  const notFound: HttpReply = { status: 404, body: { errors: [] } };
  const mount = (path: string, version: string): HttpReply => ({
    body: { data: { path, type: "kv", options: { version } } },
  });
  let vault: HttpStandIn;
  let documents: Record<string, HttpReply>;

  beforeEach(async () => {
    documents = {
      "/v1/secret/data/team/openai": {
        body: { data: { data: { key: "sk-canary-2", other: "x" }, metadata: { version: 3 } } },
      },
      "/v1/old/openai": { body: { data: { key: "sk-canary-1" } } },
    };
    vault = resources.use(
      await HttpStandIn.start(({ path, headers }) => {
        if (headers["x-vault-token"] !== token) {
          return { status: 403, body: { errors: ["permission denied for canary"] } };
        }
        if (path.startsWith(`${preflight}secret/`)) return mount("secret/", "2");
        if (path.startsWith(`${preflight}old/`)) return mount("old/", "1");
        return documents[path] ?? notFound;
      }),
    );
  });

  const get = async (text: string, more: Readonly<Record<string, string>> = {}) => {
    const variables: Readonly<Record<string, string>> = {
      VAULT_ADDR: vault.origin,
      VAULT_TOKEN: token,
      ...more,
    };
    const environment = (name: string) => variables[name] || undefined;
    const store = new SecretStore({ environment, logger: new RecordingLogger() });
    return (await store.source(text).get(never)).reveal();
  };

  async function rejection(promise: Promise<unknown>): Promise<SecretError> {
    const error = await promise.then(
      () => assert.fail("it did not reject"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SecretError, inspect(error));
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/i);
    return error;
  }

  it("reads a store with versions, whether or not data/ is written", async () => {
    assert.equal(await get("{Vault:secret/team/openai:key}"), "sk-canary-2");
    assert.equal(await get("{Vault:secret/data/team/openai:key}"), "sk-canary-2");
    const read = vault.requests.filter(({ path }) => !path.startsWith(preflight));
    assert.deepEqual(
      read.map(({ method, target }) => `${method} ${target}`),
      Array(2).fill("GET /v1/secret/data/team/openai"),
    );
  });

  it("reads a store without versions", async () => {
    assert.equal(await get("{Vault:old/openai:key}"), "sk-canary-1");
  });

  it("reads the path as it is where the vault does not know its mount", async () => {
    documents["/v1/unknown/openai"] = { body: { data: { key: "sk-canary-3" } } };
    assert.equal(await get("{Vault:unknown/openai:key}"), "sk-canary-3");
  });

  it("sends the token, and the namespace where there is one, to a vault below a path", async () => {
    documents["/proxy/v1/old/openai"] = documents["/v1/old/openai"] ?? notFound;
    const more = { VAULT_ADDR: `${vault.origin}/proxy/`, VAULT_NAMESPACE: "team/a" };
    assert.equal(await get("{Vault:old/openai:key}", more), "sk-canary-1");
    const { headers } = vault.last;
    assert.equal(headers["x-vault-token"], token);
    assert.equal(headers["x-vault-namespace"], "team/a");
    assert.equal(headers["x-vault-request"], "true");
    await get("{Vault:old/openai:key}");
    assert.equal(vault.last.headers["x-vault-namespace"], undefined);
  });

  it("says where there is nothing, and which keys there are", async () => {
    const nothing = await rejection(get("{Vault:secret/team/nothing:key}"));
    assert.match(
      nothing.message,
      /^\{Vault:secret\/team\/nothing:key\}: the vault has nothing at this/,
    );
    const other = await rejection(get("{Vault:secret/team/openai:wrong}"));
    assert.match(other.message, /no such key; it has key, other$/);
    documents["/v1/secret/data/team/openai"] = { body: { data: { data: null } } };
    const deleted = await rejection(get("{Vault:secret/team/openai:key}"));
    assert.match(deleted.message, /no key-value document/);
  });

  for (const [settings, message] of [
    [{ VAULT_ADDR: "" }, /VAULT_ADDR is not set; expected one such as https:/],
    [{ VAULT_ADDR: "canary" }, /VAULT_ADDR is no URL/],
    [{ VAULT_ADDR: "ftp://canary" }, /VAULT_ADDR is no URL/],
    [{ VAULT_TOKEN: "" }, /VAULT_TOKEN is not set/],
    [{ VAULT_TOKEN: "canary\ncanary" }, /VAULT_TOKEN holds what no header can carry/],
    [{ VAULT_TOKEN: "hvs.canary-wrong" }, /the vault refuses; VAULT_TOKEN has expired, or/],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(settings)}`, async () => {
      const error = await rejection(get("{Vault:secret/team/openai:key}", settings));
      assert.match(error.message, message);
      assert.equal(error.code, "FAILED_PRECONDITION");
    });
  }

  for (const [what, reply, reason] of [
    ["is sealed", { status: 503, body: { errors: ["canary"] } }, "away"],
    ["fails", { status: 500, body: { errors: ["canary"] } }, "away"],
    ["has too much to do", { status: 429, body: { errors: ["canary"] } }, "away"],
    ["drops connections", "drop", "away"],
    ["sends a page", { body: "<html>canary</html>" }, "away"],
    ["does not take the request", { status: 400, body: { errors: ["canary"] } }, "invalid"],
  ] as const) {
    it(`says that the vault ${what}`, async () => {
      vault.answer = () => reply;
      assert.equal((await rejection(get("{Vault:old/openai:key}"))).reason, reason);
    });
  }

  it("leaves an answer that is larger than any document", async () => {
    vault.answer = () => ({ body: `${" ".repeat(5 * 2 ** 20)}{"data":{"key":"sk-canary-1"}}` });
    const error = await rejection(get("{Vault:old/openai:key}"));
    assert.match(error.message, /sends more than the 4 MiB .*is it a vault\?/);
  });

  it("does not carry its token to where it is redirected", async () => {
    const other = resources.use(await HttpStandIn.start(() => ({ body: {} })));
    const location = `${other.origin}/v1/old/openai`;
    vault.answer = () => ({ status: 307, headers: { location }, body: {} });
    assert.match((await rejection(get("{Vault:old/openai:key}"))).message, /set VAULT_ADDR to the/);
    assert.equal(other.requests.length, 0);
  });
});

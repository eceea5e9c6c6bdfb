import assert from "node:assert/strict";
import { type HttpReply, HttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { describeVault, storedKey } from "../../../test/suites/vault.ts";

const token = "hvs.canary-token";
const preflight = "/v1/sys/internal/ui/mounts/";
const notFound: HttpReply = { status: 404, body: { errors: [] } };
const mount = (path: string, version: string): HttpReply => ({
  body: { data: { path, type: "kv", options: { version } } },
});
const failing = (status: number): HttpReply => ({ status, body: { errors: ["canary"] } });
let documents: Record<string, HttpReply>;

describeVault(
  "{Vault:…}",
  {
    // A store without versions.
    reference: "{Vault:old/openai:key}",
    reach: (origin) => ({ variables: { VAULT_ADDR: origin, VAULT_TOKEN: token } }),
    answer: ({ path, headers }) => {
      if (headers["x-vault-token"] !== token) {
        return { status: 403, body: { errors: ["permission denied for canary"] } };
      }
      if (path.startsWith(`${preflight}secret/`)) return mount("secret/", "2");
      if (path.startsWith(`${preflight}old/`)) return mount("old/", "1");
      return documents[path] ?? notFound;
    },
    empty: { body: { data: { key: "" } } },
    failures: {
      "a vault that is sealed": [failing(503), "away"],
      "a vault that fails": [failing(500), "away"],
      "a vault that has too much to do": [failing(429), "away"],
      "a page": [{ body: "<html>canary</html>" }, "away"],
      "a request that it does not take": [failing(400), "invalid"],
    },
  },
  (at) => {
    beforeEach(() => {
      documents = {
        "/v1/secret/data/team/openai": {
          body: { data: { data: { key: "sk-canary-2", other: "x" }, metadata: { version: 3 } } },
        },
        "/v1/old/openai": { body: { data: { key: storedKey } } },
      };
    });

    it("reads a store with versions, whether or not data/ is written", async () => {
      assert.equal(await at().get("{Vault:secret/team/openai:key}"), "sk-canary-2");
      assert.equal(await at().get("{Vault:secret/data/team/openai:key}"), "sk-canary-2");
      const read = at().vault.requests.filter(({ path }) => !path.startsWith(preflight));
      assert.deepEqual(
        read.map(({ method, target }) => `${method} ${target}`),
        Array(2).fill("GET /v1/secret/data/team/openai"),
      );
    });

    it("reads the path as it is where the vault does not know its mount", async () => {
      documents["/v1/unknown/openai"] = { body: { data: { key: "sk-canary-3" } } };
      assert.equal(await at().get("{Vault:unknown/openai:key}"), "sk-canary-3");
    });

    it("sends the token, and the namespace where there is one, to a vault below a path", async () => {
      documents["/proxy/v1/old/openai"] = documents["/v1/old/openai"] ?? notFound;
      const more = { VAULT_ADDR: `${at().vault.origin}/proxy/`, VAULT_NAMESPACE: "team/a" };
      assert.equal(await at().get("{Vault:old/openai:key}", more), storedKey);
      const { headers } = at().vault.last;
      assert.equal(headers["x-vault-token"], token);
      assert.equal(headers["x-vault-namespace"], "team/a");
      assert.equal(headers["x-vault-request"], "true");
      await at().get("{Vault:old/openai:key}");
      assert.equal(at().vault.last.headers["x-vault-namespace"], undefined);
    });

    it("says where there is nothing, and which keys there are", async () => {
      const nothing = await at().refusal("{Vault:secret/team/nothing:key}");
      assert.match(
        nothing.message,
        /^\{Vault:secret\/team\/nothing:key\}: the vault has nothing at this/,
      );
      const other = await at().refusal("{Vault:secret/team/openai:wrong}");
      assert.match(other.message, /no such key; it has key, other$/);
      documents["/v1/secret/data/team/openai"] = { body: { data: { data: null } } };
      const deleted = await at().refusal("{Vault:secret/team/openai:key}");
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
        const error = await at().refusal("{Vault:secret/team/openai:key}", settings);
        assert.match(error.message, message);
        assert.notEqual(error.reason, "away");
      });
    }

    it("leaves an answer that is larger than any document", async () => {
      at().vault.answer = () => ({ body: `${" ".repeat(5 * 2 ** 20)}{"data":{"key":storedKey}}` });
      const error = await at().refusal("{Vault:old/openai:key}");
      assert.match(error.message, /sends more than the 4 MiB .*is it a vault\?/);
    });

    it("does not carry its token to where it is redirected", async () => {
      await using other = await HttpStandIn.start(() => ({ body: {} }));
      const location = `${other.origin}/v1/old/openai`;
      at().vault.answer = () => ({ status: 307, headers: { location }, body: {} });
      assert.match((await at().refusal("{Vault:old/openai:key}")).message, /set VAULT_ADDR to the/);
      assert.equal(other.requests.length, 0);
    });
  },
);

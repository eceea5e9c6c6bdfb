import assert from "node:assert/strict";
import type { HttpReply, HttpRequest } from "../../../test/fixtures/http-stand-in.ts";
import { describeVault, rejection, storedKey } from "../../../test/suites/vault.ts";
import { SecretStore } from "../secret-store.ts";

const reference = "{Azure:MajordomoAIKey:OpenAI}";
let scopes: unknown[];
let getToken: () => Promise<{ token: string; expiresOnTimestamp: number }>;
const token = (text: string) => async () => ({
  token: text,
  expiresOnTimestamp: Date.now() + 3_600_000,
});

/** Wants a bearer token, as a key vault does, and then answers. */
const guarded =
  (reply: HttpReply) =>
  ({ headers }: HttpRequest): HttpReply => {
    if (headers.authorization === "Bearer canary-token") return reply;
    const challenge =
      'Bearer authorization="https://login.microsoftonline.com/tenant-1", resource="https://vault.azure.net"';
    return { status: 401, headers: { "www-authenticate": challenge }, body: {} };
  };
const stored = (value: string): HttpReply => ({
  body: { value, id: "https://vault/secrets/OpenAI/1", attributes: { enabled: true } },
});
const refusal = (status: number, code: string): HttpReply => ({
  status,
  body: { error: { code, message: "canary-message" } },
});

describeVault(
  "{Azure:…}",
  {
    reference,
    reach: (origin) => ({
      azure: {
        vaultUrl: (name) => `${origin}/${name}`,
        credential: {
          getToken: (wanted) => {
            scopes.push(wanted);
            return getToken();
          },
        },
      },
    }),
    answer: guarded(stored(`${storedKey}\n`)),
    guarded,
    empty: stored(""),
    failures: {
      SecretNotFound: [refusal(404, "SecretNotFound"), "missing", /has no such secret; create it/],
      Forbidden: [
        refusal(403, "Forbidden"),
        "denied",
        /refuses \(Forbidden\): give this identity the role/,
      ],
      BadParameter: [
        refusal(400, "BadParameter"),
        "unusable",
        /cannot read the request \(BadParameter\)/,
      ],
      Throttled: [refusal(429, "Throttled"), "away", /fails at the moment \(Throttled\)/],
      Unavailable: [refusal(503, "Unavailable"), "away", /fails at the moment \(Unavailable\)/],
    },
  },
  (at) => {
    beforeEach(() => {
      scopes = [];
      getToken = token("canary-token");
    });

    it("asks the vault for the secret with a token for key vaults", async () => {
      await at().get();
      assert.deepEqual(scopes, [["https://vault.azure.net/.default"]]);
      const [challenged, answered, ...more] = at().vault.requests;
      assert.equal(challenged?.headers.authorization, undefined);
      assert.equal(answered?.method, "GET");
      assert.match(answered?.path ?? "", /^\/MajordomoAIKey\/secrets\/OpenAI\/?$/);
      assert.deepEqual(answered?.query, { "api-version": "2025-07-01" });
      assert.equal(answered?.headers.authorization, "Bearer canary-token");
      assert.deepEqual(more, []);
    });

    it("says that the vault does not accept the identity", async () => {
      getToken = token("canary-other");
      assert.match((await at().refusal()).message, /does not accept this identity/);
    });

    it("names the number with which Azure gives no token, and nothing else of it", async () => {
      getToken = async () => {
        const error = new Error("AADSTS7000215: Invalid client secret canary provided.");
        error.name = "AuthenticationError";
        throw error;
      };
      const error = await at().refusal();
      assert.match(
        error.message,
        /gives this process no identity \(AADSTS7000215\); use a managed/,
      );
      assert.equal(error.reason, "denied");
    });

    it("takes the service principal of the settings where there is one", async () => {
      const variables: Readonly<Record<string, string>> = {
        AZURE_TENANT_ID: "tenant canary",
        AZURE_CLIENT_ID: "client",
        AZURE_CLIENT_SECRET: "canary-secret",
      };
      const { logger } = at();
      const store = new SecretStore({ environment: (name) => variables[name], logger });
      const { signal } = new AbortController();
      const error = await rejection(store.source(reference).get(signal));
      assert.match(
        error.message,
        /AZURE_TENANT_ID or AZURE_AUTHORITY_HOST is not valid; correct it/,
      );
    });
  },
);

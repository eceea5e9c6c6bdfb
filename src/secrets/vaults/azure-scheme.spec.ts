import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  type HttpReply,
  type HttpRequest,
  HttpStandIn,
} from "../../../test/fixtures/http-stand-in.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import { SecretError } from "../../errors/route-errors.ts";
import { SecretStore } from "../secret-store.ts";

describe("{Azure:…}", () => {
  const resources = testResources();
  const never = new AbortController().signal;
  let vault: HttpStandIn;
  let asked: unknown[];
  let getToken: () => Promise<{ token: string; expiresOnTimestamp: number }>;
  let logger: RecordingLogger;

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
    body: { value, id: `${vault.origin}/secrets/OpenAI/1`, attributes: { enabled: true } },
  });
  const refusal = (status: number, code: string): HttpReply => ({
    status,
    body: { error: { code, message: "canary-message" } },
  });

  beforeEach(async () => {
    logger = new RecordingLogger("debug");
    asked = [];
    getToken = async () => ({ token: "canary-token", expiresOnTimestamp: Date.now() + 3_600_000 });
    vault = resources.use(await HttpStandIn.start(() => "drop"));
    vault.answer = guarded(stored("sk-canary\n"));
  });

  const get = async (text = "{Azure:MajordomoAIKey:OpenAI}") => {
    const store = new SecretStore({
      environment: () => undefined,
      logger,
      azure: {
        vaultUrl: (name) => `${vault.origin}/${name}`,
        credential: {
          getToken: (scopes) => {
            asked.push(scopes);
            return getToken();
          },
        },
      },
    });
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

  it("asks the vault for the secret with a token for key vaults", async () => {
    assert.equal(await get(), "sk-canary");
    assert.deepEqual(asked, [["https://vault.azure.net/.default"]]);
    const [challenged, answered] = vault.requests;
    assert.equal(challenged?.headers.authorization, undefined);
    assert.equal(answered?.method, "GET");
    assert.match(answered?.path ?? "", /^\/MajordomoAIKey\/secrets\/OpenAI\/?$/);
    assert.deepEqual(answered?.query, { "api-version": "2025-07-01" });
    assert.equal(answered?.headers.authorization, "Bearer canary-token");
    assert.equal(vault.requests.length, 2);
  });

  for (const [status, code, reason, message] of [
    [404, "SecretNotFound", "missing", /has no such secret; create it/],
    [403, "Forbidden", "denied", /refuses \(Forbidden\): give this identity the role/],
    [400, "BadParameter", "unusable", /cannot read the request \(BadParameter\)/],
    [429, "Throttled", "away", /fails at the moment \(Throttled\)/],
    [503, "Unavailable", "away", /fails at the moment \(Unavailable\)/],
  ] as const) {
    it(`says what to do about ${code}, and repeats nothing of it`, async () => {
      vault.answer = guarded(refusal(status, code));
      const error = await rejection(get());
      assert.match(error.message, message);
      assert.ok(error.message.startsWith("{Azure:MajordomoAIKey:OpenAI}: "));
      assert.equal(error.reason, reason);
    });
  }

  it("says that the vault does not accept the identity", async () => {
    getToken = async () => ({ token: "canary-other", expiresOnTimestamp: Date.now() + 3_600_000 });
    assert.match((await rejection(get())).message, /does not accept this identity/);
  });

  it("names the number with which Azure gives no token, and nothing else of it", async () => {
    getToken = async () => {
      const error = new Error("AADSTS7000215: Invalid client secret canary provided.");
      error.name = "AuthenticationError";
      throw error;
    };
    const error = await rejection(get());
    assert.match(error.message, /gives this process no identity \(AADSTS7000215\); use a managed/);
    assert.equal(error.reason, "denied");
  });

  it("says that nobody answers", async () => {
    vault.answer = () => "drop";
    const error = await rejection(get());
    assert.deepEqual([error.reason, error.code, error.retryable], ["away", "UNAVAILABLE", true]);
  });

  it("says that a secret is empty", async () => {
    vault.answer = guarded(stored(""));
    assert.match((await rejection(get())).message, /what is stored is empty/);
  });

  it("takes the service principal of the settings where there is one", async () => {
    const variables: Readonly<Record<string, string>> = {
      AZURE_TENANT_ID: "tenant canary",
      AZURE_CLIENT_ID: "client",
      AZURE_CLIENT_SECRET: "canary-secret",
    };
    const store = new SecretStore({ environment: (name) => variables[name], logger });
    const error = await rejection(store.source("{Azure:MajordomoAIKey:OpenAI}").get(never));
    assert.match(error.message, /AZURE_TENANT_ID or AZURE_AUTHORITY_HOST is not valid; correct it/);
  });
});

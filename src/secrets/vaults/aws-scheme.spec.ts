import assert from "node:assert/strict";
import { inspect } from "node:util";
import { verifyAwsSignature } from "../../../test/fixtures/aws-signature.ts";
import { type HttpReply, HttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { RecordingLogger } from "../../../test/fixtures/recording-logger.ts";
import { testResources } from "../../../test/fixtures/test-resources.ts";
import { SecretError } from "../../errors/route-errors.ts";
import { SecretStore } from "../secret-store.ts";

describe("{AWS:…}", () => {
  const resources = testResources();
  const never = new AbortController().signal;
  const secretAccessKey = "canary-secret-access-key";
  let vault: HttpStandIn;
  let logger: RecordingLogger;

  const fault = (name: string, status = 400): HttpReply => ({
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: { __type: name, message: `canary-message with ${secretAccessKey}` },
  });
  const stored = (SecretString: unknown): HttpReply => ({
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: { Name: "llm/keys", VersionId: "1", SecretString },
  });
  const keys = { OPENAI_API_KEY: "sk-canary-openai", ANTHROPIC_API_KEY: "sk-canary-anthropic" };

  beforeEach(async () => {
    logger = new RecordingLogger("debug");
    vault = resources.use(await HttpStandIn.start(() => stored(JSON.stringify(keys))));
  });

  const createStore = (more: Readonly<Record<string, string>> = {}) => {
    const variables: Readonly<Record<string, string>> = {
      AWS_REGION: "eu-north-1",
      AWS_ACCESS_KEY_ID: "AKIDCANARY",
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: vault.origin,
      ...more,
    };
    return new SecretStore({ environment: (name) => variables[name] || undefined, logger });
  };
  const get = async (text: string) => (await createStore().source(text).get(never)).reveal();

  async function rejection(promise: Promise<unknown>): Promise<SecretError> {
    const error = await promise.then(
      () => assert.fail("it did not reject"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SecretError, inspect(error));
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/i);
    return error;
  }

  const signer = () =>
    verifyAwsSignature(vault.last, { accessKeyId: "AKIDCANARY", secretAccessKey });

  it("asks for the secret by its name, signed for the region of the environment", async () => {
    assert.equal(await get("{AWS:llm/keys:OPENAI_API_KEY}"), keys.OPENAI_API_KEY);
    const { method, path, headers, body } = vault.last;
    assert.deepEqual([method, path], ["POST", "/"]);
    assert.equal(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    assert.deepEqual(body, { SecretId: "llm/keys" });
    const expected = {
      accessKeyId: "AKIDCANARY",
      region: "eu-north-1",
      service: "secretsmanager",
    };
    assert.deepEqual(signer(), expected);
    const another = { accessKeyId: "AKIDCANARY", secretAccessKey: "another" };
    assert.throws(() => verifyAwsSignature(vault.last, another), /does not fit the request/);
  });

  it("signs for the region of the reference where it names one", async () => {
    await get("{AWS:us-east-2:llm/keys:OPENAI_API_KEY}");
    assert.equal(signer().region, "us-east-2");
  });

  it("knows the region's older variable, and sends the token of a session", async () => {
    const more = {
      AWS_REGION: "",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_SESSION_TOKEN: "canary-token",
    };
    await createStore(more).source("{AWS:llm/keys:OPENAI_API_KEY}").get(never);
    assert.equal(vault.last.headers["x-amz-security-token"], "canary-token");
    assert.equal(signer().region, "eu-west-1");
  });

  it("asks once for all the keys of a secret", async () => {
    const store = createStore();
    const names = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"] as const;
    const sources = names.map((name) => store.source(`{AWS:llm/keys:${name}}`));
    const found = await Promise.all(sources.map((source) => source.get(never)));
    assert.deepEqual(
      found.map((secret) => secret.reveal()),
      Object.values(keys),
    );
    assert.equal(vault.requests.length, 1);
  });

  for (const [what, SecretString, reason, message] of [
    [
      "a missing key, with the names that exist",
      '{"A": "canary", "B": "canary"}',
      "missing",
      /no such key; it has A, B$/,
    ],
    ["a secret without keys", "{}", "missing", /no such key; it has none$/],
    [
      "a name that may be a key, without showing it",
      '{"canary!": "x", "A": ""}',
      "missing",
      /it has A and 1 more$/,
    ],
    ["an empty secret text", "", "unusable", /the secret's text is empty; store a JSON object/],
    ["a blank secret text", " \n", "unusable", /the secret's text is empty/],
    ["a plain text", "sk-canary", "unusable", /is one plain text and has no keys within/],
    ["a JSON text", '"sk-canary"', "unusable", /is JSON, but a string; store an object/],
    ["a list", '["sk-canary"]', "unusable", /is JSON, but a list/],
    ["null", "null", "unusable", /is JSON, but null/],
    [
      "a value that is no text",
      '{"KEY": {"canary": 1}}',
      "unusable",
      /value is an object; a text was/,
    ],
    ["an empty value", '{"KEY": " "}', "unusable", /what is stored is empty/],
    ["a binary secret", undefined, "unusable", /the secret is binary; store it as text/],
    ["an inherited name", "{}", "missing", /no such key/],
  ] as const) {
    it(`names ${what}`, async () => {
      vault.answer = () => stored(SecretString);
      const key = what === "an inherited name" ? "constructor" : "KEY";
      const error = await rejection(get(`{AWS:llm/keys:${key}}`));
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`{AWS:llm/keys:${key}}: `));
    });
  }

  for (const [name, status, reason, message] of [
    ["ResourceNotFoundException", 400, "missing", /no such secret in eu-north-1; create it/],
    ["InvalidRequestException", 400, "missing", /deleted or has no value/],
    ["ValidationException", 400, "invalid", /does not take this secret's name/],
    ["AccessDeniedException", 400, "denied", /allow it secretsmanager:GetSecretValue/],
    ["DecryptionFailure", 400, "denied", /kms:Decrypt/],
    ["UnrecognizedClientException", 400, "denied", /\(UnrecognizedClientException\); renew it/],
    ["InvalidSignatureException", 403, "denied", /\(InvalidSignatureException\)/],
    ["ExpiredTokenException", 403, "denied", /\(ExpiredTokenException\)/],
    ["ThrottlingException", 400, "away", /fails at the moment \(ThrottlingException, 400\)/],
    ["InternalServiceError", 500, "away", /fails at the moment \(InternalServiceError, 500\)/],
  ] as const) {
    it(`says what to do about ${name}, and repeats nothing of it`, async () => {
      vault.answer = () => fault(name, status);
      const error = await rejection(get("{AWS:llm/keys:KEY}"));
      assert.match(error.message, message);
      assert.equal(error.reason, reason);
      const expected = reason === "away" ? ["UNAVAILABLE", true] : ["FAILED_PRECONDITION", false];
      assert.deepEqual([error.code, error.retryable], expected);
    });
  }

  it("says that nobody answers, and that what answers is not AWS", async () => {
    for (const reply of ["drop", { status: 502, body: "<html>canary</html>" }] as const) {
      vault.answer = () => reply;
      assert.equal((await rejection(get("{AWS:llm/keys:KEY}"))).reason, "away");
    }
    vault.answer = () => ({ status: 403, body: "<html>canary</html>" });
    assert.match(
      (await rejection(get("{AWS:llm/keys:KEY}"))).message,
      /a proxy on the way to it, ref/,
    );
    vault.answer = () => ({ body: "<html>canary</html>" });
    await rejection(get("{AWS:llm/keys:KEY}"));
  });

  it("gives up a call that is not answered in time", async () => {
    vault.answer = () => "hang";
    const options = {
      environment: (name: string) =>
        ({
          AWS_REGION: "eu-north-1",
          AWS_ACCESS_KEY_ID: "A",
          AWS_SECRET_ACCESS_KEY: "B",
          AWS_ENDPOINT_URL: vault.origin,
        })[name],
    };
    const store = new SecretStore({ ...options, logger, times: { callTimeoutMs: 50 } });
    const error = await rejection(store.source("{AWS:llm/keys:KEY}").get(never));
    assert.match(error.message, /has not answered within 50 ms/);
    assert.equal(error.code, "UNAVAILABLE");
  });

  describe("keysFrom", () => {
    const all = {
      ...keys,
      AZURE_OPENAI_MODELS: "gpt, mini",
      AZURE_OPENAI_API_KEY__gpt: "canary-azure-gpt",
      AZURE_OPENAI_API_KEY__mini: " canary-azure-mini\n",
      AZURE_OPENAI_API_KEY__empty: "",
      AWS_SECRET_ACCESS_KEY: "canary-aws",
      count: 3,
    };
    beforeEach(() => {
      vault.answer = () => stored(JSON.stringify(all));
    });

    it("hands each provider its own keys, by one call, and nothing to the environment", async () => {
      const before = { ...process.env };
      const store = createStore();
      const openai = store.keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"]);
      const azure = store.keysFrom("{AWS:llm/keys}", [
        "AZURE_OPENAI_MODELS",
        "AZURE_OPENAI_API_KEY__*",
      ]);
      assert.deepEqual([...(await openai.get(never)).keys()], ["OPENAI_API_KEY"]);
      const found = [...(await azure.get(never))].map(([name, secret]) => [name, secret.reveal()]);
      assert.deepEqual(found, [
        ["AZURE_OPENAI_MODELS", "gpt, mini"],
        ["AZURE_OPENAI_API_KEY__gpt", "canary-azure-gpt"],
        ["AZURE_OPENAI_API_KEY__mini", "canary-azure-mini"],
      ]);
      assert.equal(vault.requests.length, 1);
      assert.deepEqual({ ...process.env }, before);
      assert.doesNotMatch(inspect(await azure.get(never), { depth: 9 }), /canary/);
    });

    it("gives a provider one of its keys as a source, and none of another's", async () => {
      const openai = createStore().keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"]);
      const source = openai.source("OPENAI_API_KEY");
      assert.equal(source.description, "{AWS:llm/keys} OPENAI_API_KEY");
      assert.equal((await source.get(never)).reveal(), keys.OPENAI_API_KEY);
      assert.throws(
        () => openai.source("ANTHROPIC_API_KEY"),
        /this provider may use OPENAI_API_KEY only/,
      );
    });

    it("follows a key that was renewed after a refusal", async () => {
      const source = createStore()
        .keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"])
        .source("OPENAI_API_KEY");
      const old = await source.get(never);
      vault.answer = () => stored('{"OPENAI_API_KEY": "sk-canary-new"}');
      source.refused(old);
      assert.equal((await source.get(never)).reveal(), "sk-canary-new");
    });

    it("names an empty secret text as the mistake that it is", async () => {
      vault.answer = () => stored("");
      const openai = createStore().keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"]);
      const expected =
        /^\{AWS:llm\/keys\}: the secret's text is empty; store a JSON object .* and \{\} for no keys yet/;
      assert.match((await rejection(openai.get(never))).message, expected);
    });
  });

  it("keeps the last good key while AWS is away, and says so once without telling it", async () => {
    const variables: Readonly<Record<string, string>> = {
      AWS_REGION: "eu-north-1",
      AWS_ACCESS_KEY_ID: "A",
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: vault.origin,
    };
    const times = { ttlMs: 0, retryAfterMs: 0 };
    const store = new SecretStore({ environment: (name) => variables[name], logger, times });
    const source = store.source("{AWS:llm/keys:OPENAI_API_KEY}");
    await source.get(never);
    vault.answer = () => fault("InternalServiceError", 500);
    for (let call = 0; call < 3; call++) {
      assert.equal((await source.get(never)).reveal(), keys.OPENAI_API_KEY);
    }
    assert.equal(logger.items.length, 1);
    assert.doesNotMatch(logger.text, /canary/i);
  });
});

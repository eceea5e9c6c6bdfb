import assert from "node:assert/strict";
import { inspect } from "node:util";
import { verifyAwsSignature } from "../../../test/fixtures/aws-signature.ts";
import type { HttpReply } from "../../../test/fixtures/http-stand-in.ts";
import { describeVault, rejection, storedKey } from "../../../test/suites/vault.ts";
import type { SecretErrorReason } from "../../errors/route-errors.ts";

const never = new AbortController().signal;
const secretAccessKey = "canary-secret-access-key";
const keys = { OPENAI_API_KEY: storedKey, ANTHROPIC_API_KEY: "sk-canary-anthropic" };
const headers = { "content-type": "application/x-amz-json-1.1" };
const fault = (name: string, status: number): HttpReply => ({
  status,
  headers,
  body: { __type: name, message: `canary-message with ${secretAccessKey}` },
});
const stored = (SecretString: unknown): HttpReply => ({
  headers,
  body: { Name: "llm/keys", VersionId: "1", SecretString },
});

/** AWS's names for what is wrong, and what is said of each. */
const named: readonly [string, number, SecretErrorReason, RegExp][] = [
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
];
const faults = Object.fromEntries(
  named.map(([name, status, ...told]) => [name, [fault(name, status), ...told] as const]),
);

describeVault(
  "{AWS:…}",
  {
    reference: "{AWS:llm/keys:OPENAI_API_KEY}",
    reach: (origin) => ({
      variables: {
        AWS_REGION: "eu-north-1",
        AWS_ACCESS_KEY_ID: "AKIDCANARY",
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_ENDPOINT_URL: origin,
      },
    }),
    answer: () => stored(JSON.stringify(keys)),
    empty: stored('{"OPENAI_API_KEY": " "}'),
    failures: {
      ...faults,
      "a page of a gateway": [{ status: 502, body: "<html>canary</html>" }, "away"],
      "a page of a proxy": [
        { status: 403, body: "<html>canary</html>" },
        "denied",
        /a proxy on the way to it, ref/,
      ],
      "a page instead of an answer": [{ body: "<html>canary</html>" }, "away"],
    },
  },
  (at) => {
    const signer = () =>
      verifyAwsSignature(at().vault.last, { accessKeyId: "AKIDCANARY", secretAccessKey });

    it("asks for the secret by its name, signed for the region of the environment", async () => {
      assert.equal(await at().get("{AWS:llm/keys:OPENAI_API_KEY}"), keys.OPENAI_API_KEY);
      const { method, path, headers, body } = at().vault.last;
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
      assert.throws(() => verifyAwsSignature(at().vault.last, another), /does not fit the request/);
    });

    it("signs for the region of the reference where it names one", async () => {
      await at().get("{AWS:us-east-2:llm/keys:OPENAI_API_KEY}");
      assert.equal(signer().region, "us-east-2");
    });

    it("knows the region's older variable, and sends the token of a session", async () => {
      const more = {
        AWS_REGION: "",
        AWS_DEFAULT_REGION: "eu-west-1",
        AWS_SESSION_TOKEN: "canary-token",
      };
      await at().store(more).source("{AWS:llm/keys:OPENAI_API_KEY}").get(never);
      assert.equal(at().vault.last.headers["x-amz-security-token"], "canary-token");
      assert.equal(signer().region, "eu-west-1");
    });

    it("asks once for all the keys of a secret", async () => {
      const store = at().store();
      const names = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"] as const;
      const sources = names.map((name) => store.source(`{AWS:llm/keys:${name}}`));
      const found = await Promise.all(sources.map((source) => source.get(never)));
      assert.deepEqual(
        found.map((secret) => secret.reveal()),
        Object.values(keys),
      );
      assert.equal(at().vault.requests.length, 1);
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
      ["a binary secret", undefined, "unusable", /the secret is binary; store it as text/],
      ["an inherited name", "{}", "missing", /no such key/],
    ] as const) {
      it(`names ${what}`, async () => {
        at().vault.answer = () => stored(SecretString);
        const key = what === "an inherited name" ? "constructor" : "KEY";
        const error = await at().refusal(`{AWS:llm/keys:${key}}`);
        assert.equal(error.reason, reason);
        assert.match(error.message, message);
      });
    }

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
        at().vault.answer = () => stored(JSON.stringify(all));
      });

      it("hands each provider its own keys, by one call, and nothing to the environment", async () => {
        const before = { ...process.env };
        const store = at().store();
        const openai = store.keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"]);
        const azure = store.keysFrom("{AWS:llm/keys}", [
          "AZURE_OPENAI_MODELS",
          "AZURE_OPENAI_API_KEY__*",
        ]);
        assert.deepEqual([...(await openai.get(never)).keys()], ["OPENAI_API_KEY"]);
        const found = [...(await azure.get(never))].map(([name, secret]) => [
          name,
          secret.reveal(),
        ]);
        assert.deepEqual(found, [
          ["AZURE_OPENAI_MODELS", "gpt, mini"],
          ["AZURE_OPENAI_API_KEY__gpt", "canary-azure-gpt"],
          ["AZURE_OPENAI_API_KEY__mini", "canary-azure-mini"],
        ]);
        assert.equal(at().vault.requests.length, 1);
        assert.deepEqual({ ...process.env }, before);
        assert.doesNotMatch(inspect(await azure.get(never), { depth: 9 }), /canary/);
      });

      it("gives a provider one of its keys as a source, and none of another's", async () => {
        const openai = at().store().keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"]);
        const source = openai.source("OPENAI_API_KEY");
        assert.equal(source.description, "{AWS:llm/keys} OPENAI_API_KEY");
        assert.equal((await source.get(never)).reveal(), keys.OPENAI_API_KEY);
        assert.throws(
          () => openai.source("ANTHROPIC_API_KEY"),
          /this provider may use OPENAI_API_KEY only/,
        );
      });

      it("follows a key that was renewed after a refusal", async () => {
        const source = at()
          .store()
          .keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"])
          .source("OPENAI_API_KEY");
        const old = await source.get(never);
        at().vault.answer = () => stored('{"OPENAI_API_KEY": "sk-canary-new"}');
        source.refused(old);
        assert.equal((await source.get(never)).reveal(), "sk-canary-new");
      });

      it("names an empty secret text as the mistake that it is", async () => {
        at().vault.answer = () => stored("");
        const openai = at().store().keysFrom("{AWS:llm/keys}", ["OPENAI_API_KEY"]);
        const expected =
          /^\{AWS:llm\/keys\}: the secret's text is empty; store a JSON object .* and \{\} for no keys yet/;
        assert.match((await rejection(openai.get(never))).message, expected);
      });
    });
  },
);

import assert from "node:assert/strict";
import { verifyAwsSignature } from "../../test/fixtures/aws-signature.ts";
import { examine, findingOf, markedKey, verdictsOf } from "../../test/fixtures/examine.ts";
import { HttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import type { Profile } from "../providers/catalogue.ts";

describe("arena doctor profiles and references", () => {
  const vendor: Profile = {
    name: "work",
    provider: "openai",
    // Nobody listens there; what is asked of the vendor is no matter here.
    accessInfo: { baseUrl: "http://127.0.0.1:9/v1" },
  };

  it("says that a reference leads to a key, and that a key stands in the file", async () => {
    const referring = { ...vendor, accessKey: "{Env:WORK_KEY}" };
    const found = findingOf(await examine(referring, { WORK_KEY: markedKey }), "reference");
    assert.deepEqual([found.verdict, found.detail], ["ok", "{Env:WORK_KEY} is there"]);
    const plain = findingOf(await examine({ ...vendor, accessKey: markedKey }), "reference");
    assert.deepEqual([plain.verdict, plain.detail], ["ok", "text in the file"]);
  });

  it("names a reference that leads nowhere, and asks nobody with no key", async () => {
    const findings = await examine({ ...vendor, accessKey: "{Env:WORK_KEY}" });
    assert.deepEqual(verdictsOf(findings), [
      "reference: problem",
      "key: not asked",
      "models: not asked",
    ]);
    assert.match(findingOf(findings, "reference").detail, /^\{Env:WORK_KEY\}: /);
  });

  describe("to a secret with the keys of many vendors", () => {
    let text: string;
    let vault: HttpStandIn;
    const iam = { accessKeyId: "AKIAEXAMPLE00000001", secretAccessKey: "canary-iam" };
    before(async () => {
      vault = await HttpStandIn.start((request) => {
        verifyAwsSignature(request, iam);
        return { body: { SecretString: text } };
      });
    });
    after(() => vault[Symbol.asyncDispose]());

    const environment = () => ({
      AWS_ACCESS_KEY_ID: iam.accessKeyId,
      AWS_SECRET_ACCESS_KEY: iam.secretAccessKey,
      AWS_REGION: "eu-north-1",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: vault.origin,
    });
    const check = async () => {
      const accessInfo = { ...vendor.accessInfo, keysFrom: "{AWS:vendors}" };
      return findingOf(await examine({ ...vendor, accessInfo }, environment()), "reference");
    };

    it("names the keys that are there, and nothing that looks like no name", async () => {
      text = JSON.stringify({
        OPENAI_API_KEY: markedKey,
        AZURE_OPENAI_API_KEY__gpt4: `${markedKey}-azure`,
        [`${markedKey}-name`]: "swapped-with-its-name",
      });
      const { verdict, detail } = await check();
      assert.equal(verdict, "ok");
      assert.equal(
        detail,
        "{AWS:vendors} holds OPENAI_API_KEY, AZURE_OPENAI_API_KEY__gpt4, 1 more; OPENAI_API_KEY is used",
      );
    });

    it("tells no other vendor's key either, wherever it comes up", async () => {
      const other = "canary-groq-4Kd8Vn2Yb7";
      text = JSON.stringify({ OPENAI_API_KEY: markedKey, GROQ_API_KEY: other });
      await using server = await HttpStandIn.start(() => ({ body: { data: [{ id: other }] } }));
      const accessInfo = { baseUrl: `${server.origin}/v1`, keysFrom: "{AWS:vendors}" };
      const findings = await examine({ ...vendor, accessInfo }, environment());
      assert.match(findingOf(findings, "models").detail, /\[secret\]/);
    });

    for (const [title, content, expected] of [
      ["an empty text as the mistake that it is", "", /text is empty.*Store a JSON object/],
      ["a plain text", markedKey, /one plain text and has no keys within/],
      ["a list", `["${markedKey}"]`, /a list/],
      [
        "a missing key, with those that are there",
        '{"GROQ_API_KEY": "k"}',
        /no such key; it has GROQ_API_KEY/i,
      ],
    ] as const) {
      it(`names ${title}`, async () => {
        text = content;
        const { verdict, detail, remedy } = await check();
        assert.equal(verdict, "problem");
        assert.match(`${detail}; ${remedy}`, expected);
      });
    }
  });
});

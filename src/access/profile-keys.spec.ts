import assert from "node:assert/strict";
import { HttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import { testResources } from "../../test/fixtures/test-resources.ts";
import { silentLogger } from "../data-models/request-context.ts";
import {
  catalogue,
  type Profile,
  type ProviderName,
  providerNames,
} from "../providers/catalogue.ts";
import { SecretStore } from "../secrets/secret-store.ts";
import { keyNamesOf, keysOf } from "./profile-keys.ts";

describe("a profile's key", () => {
  const resources = testResources();
  const { signal } = new AbortController();
  const profile = (provider: ProviderName, rest: Partial<Profile>): Profile => ({
    name: "p",
    provider,
    accessInfo: {},
    ...rest,
  });

  /** A store of a vault that answers with this text. */
  async function storeOf(text: string): Promise<SecretStore> {
    const vault = await HttpStandIn.start(() => ({
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: { Name: "vendors", VersionId: "1", SecretString: text },
    }));
    resources.use(vault);
    const variables: Readonly<Record<string, string>> = {
      KEY: text,
      AWS_REGION: "eu-north-1",
      AWS_ACCESS_KEY_ID: "id",
      AWS_SECRET_ACCESS_KEY: "key",
      AWS_ENDPOINT_URL: vault.origin,
    };
    return new SecretStore({ environment: (name) => variables[name], logger: silentLogger });
  }
  const sharedKey = async (from: Profile, held: object) => {
    const source = keysOf(from, await storeOf(JSON.stringify(held)));
    return (await source?.get(signal))?.reveal();
  };
  const accessInfo = { keysFrom: "{AWS:vendors}" };

  it("is the one that accessKey names, and there is none without", async () => {
    const source = keysOf(profile("openai", { accessKey: "{Env:KEY}" }), await storeOf("sk-1"));
    assert.equal(source?.description, "{Env:KEY}");
    assert.equal((await source?.get(signal))?.reveal(), "sk-1");
    assert.equal(keysOf(profile("ollama", {}), await storeOf("")), null);
  });

  describe("of AWS, where none is named", () => {
    const [id, secret] = ["AKIDCANARY0000000000", "canary/secret/access/key"];
    const pair = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    const AWS_BEARER_TOKEN_BEDROCK = "bedrock-canary";
    const role = { accessInfo: { roleArn: "arn:aws:iam::123456789012:role/model" } };

    for (const [what, variables, of, expected] of [
      ["the pair of the environment", pair, profile("bedrock", {}), `${id}:${secret}`],
      ["the same for SageMaker", pair, profile("sagemaker", {}), `${id}:${secret}`],
      [
        "a temporary pair with its token",
        { ...pair, AWS_SESSION_TOKEN: "token" },
        profile("bedrock", {}),
        `${id}:${secret}:token`,
      ],
      [
        "Bedrock's own key before a pair",
        { ...pair, AWS_BEARER_TOKEN_BEDROCK },
        profile("bedrock", {}),
        AWS_BEARER_TOKEN_BEDROCK,
      ],
      [
        "the pair where a role is to be assumed",
        { ...pair, AWS_BEARER_TOKEN_BEDROCK },
        profile("bedrock", role),
        `${id}:${secret}`,
      ],
      [
        "the pair for SageMaker, which knows no key of Bedrock",
        { ...pair, AWS_BEARER_TOKEN_BEDROCK },
        profile("sagemaker", {}),
        `${id}:${secret}`,
      ],
      [
        "the key that it names, before those",
        { ...pair, KEY: "named" },
        profile("bedrock", { accessKey: "{Env:KEY}" }),
        "named",
      ],
      ["left to the SDK without any", {}, profile("bedrock", {}), undefined],
      [
        "left to the SDK where AWS_PROFILE is set",
        { ...pair, AWS_PROFILE: "lab" },
        profile("bedrock", {}),
        undefined,
      ],
      [
        "left to the SDK where the pair is none",
        { ...pair, AWS_ACCESS_KEY_ID: "id" },
        profile("bedrock", {}),
        undefined,
      ],
      ["no pair for other providers", pair, profile("ollama", {}), undefined],
    ] as const) {
      it(`is ${what}`, async () => {
        const held: Readonly<Record<string, string>> = variables;
        const store = new SecretStore({ environment: (name) => held[name], logger: silentLogger });
        assert.equal((await keysOf(of, store)?.get(signal))?.reveal(), expected);
      });
    }
  });

  it("is the provider's own in a secret that holds those of others", async () => {
    const held = { OPENAI_API_KEY: "sk-o", GOOGLE_API_KEY: "sk-g", GEMINI_API_KEY: "" };
    assert.equal(await sharedKey(profile("openai", { accessInfo }), held), "sk-o");
    assert.equal(await sharedKey(profile("gemini", { accessInfo }), held), "sk-g");
    await assert.rejects(sharedKey(profile("anthropic", { accessInfo }), held), {
      message: /^\{AWS:vendors\} ANTHROPIC_API_KEY: /,
    });
  });

  it("is that of one of its models, where Azure's are kept by model", async () => {
    const held = { AZURE_OPENAI_API_KEY__mini: "k-mini", AZURE_OPENAI_API_KEY__other: "k-other" };
    const azure = (rest: Partial<Profile>) => profile("azure-openai", { accessInfo, ...rest });
    assert.equal(await sharedKey(azure({ allowedModels: ["gpt-4o", "mini"] }), held), "k-mini");
    const deployments = { other: "d" };
    const byDeployment = azure({ accessInfo: { ...accessInfo, deployments } });
    assert.equal(await sharedKey(byDeployment, held), "k-other");
    await assert.rejects(sharedKey(azure({}), held), { message: /AZURE_OPENAI_API_KEY/ });
  });

  it("has a name in a shared secret wherever keysFrom may be written", () => {
    for (const provider of providerNames) {
      const isTaken = catalogue[provider].uses.includes("keysFrom");
      assert.equal(keyNamesOf(profile(provider, {})).length > 0, isTaken, provider);
    }
  });
});

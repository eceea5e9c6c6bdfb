import assert from "node:assert/strict";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { SecretStore } from "../../src/secrets/secret-store.ts";
import type { Report } from "../deploy/report.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import type { AwsIdentity, Moto } from "./moto.ts";

const never = new AbortController().signal;
const anybody: AwsIdentity = { accessKeyId: "any", secretAccessKey: "any" };
const keys = { OPENAI_API_KEY: "sk-canary-openai", AZURE_OPENAI_API_KEY__gpt: "canary-azure" };

/** `{AWS:…}` against moto's Secrets Manager. */
export async function checkAwsSecrets(report: Report, moto: Moto): Promise<void> {
  const clientOf = (region: string) =>
    new SecretsManagerClient({ region, endpoint: moto.origin, credentials: anybody });
  const north = clientOf("eu-north-1");
  const east = clientOf("us-east-2");
  const logger = new RecordingLogger("debug");
  const createStore = (identity: AwsIdentity, times = {}) => {
    const variables: Readonly<Record<string, string>> = {
      AWS_REGION: "eu-north-1",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.origin,
      AWS_ACCESS_KEY_ID: identity.accessKeyId,
      AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    };
    return new SecretStore({ environment: (name) => variables[name], logger, times });
  };
  const get = async (text: string, identity = anybody) =>
    (await createStore(identity).source(text).get(never)).reveal();

  const SecretString = JSON.stringify(keys);
  await north.send(new CreateSecretCommand({ Name: "llm/keys", SecretString }));
  await east.send(new CreateSecretCommand({ Name: "llm/east", SecretString: '{"K": "canary-e"}' }));
  await north.send(new CreateSecretCommand({ Name: "plain", SecretString: "sk-canary" }));
  const SecretBinary = Buffer.from("sk-canary");
  await north.send(new CreateSecretCommand({ Name: "binary", SecretBinary }));
  await north.send(new CreateSecretCommand({ Name: "deleted", SecretString }));
  await north.send(new DeleteSecretCommand({ SecretId: "deleted" }));

  await report.check("AWS: a key is read in the region of the environment", async () => {
    assert.equal(await get("{AWS:llm/keys:OPENAI_API_KEY}"), keys.OPENAI_API_KEY);
  });
  await report.check("AWS: a key is read in the region of its reference", async () => {
    assert.equal(await get("{AWS:us-east-2:llm/east:K}"), "canary-e");
    await assert.rejects(get("{AWS:llm/east:K}"), /no such secret in eu-north-1/);
  });
  await report.check("AWS: what is wrong with a secret is named", async () => {
    await assert.rejects(get("{AWS:none:K}"), /no such secret in eu-north-1/);
    await assert.rejects(
      get("{AWS:llm/keys:K}"),
      /it has OPENAI_API_KEY, AZURE_OPENAI_API_KEY__gpt/,
    );
    await assert.rejects(get("{AWS:plain:K}"), /is one plain text and has no keys within/);
    await assert.rejects(get("{AWS:binary:K}"), /the secret is binary/);
    await assert.rejects(get("{AWS:deleted:K}"), /is deleted or has no value/);
  });
  await report.check("AWS: keysFrom hands a provider its own keys", async () => {
    const azure = createStore(anybody).keysFrom("{AWS:llm/keys}", ["AZURE_OPENAI_API_KEY__*"]);
    const found = [...(await azure.get(never))].map(([name, secret]) => [name, secret.reveal()]);
    assert.deepEqual(found, [["AZURE_OPENAI_API_KEY__gpt", "canary-azure"]]);
  });
  await report.check("AWS: a renewed key is used once the old one was refused", async () => {
    const source = createStore(anybody).source("{AWS:llm/keys:OPENAI_API_KEY}");
    const old = await source.get(never);
    const renewed = JSON.stringify({ OPENAI_API_KEY: "sk-canary-renewed" });
    await north.send(new PutSecretValueCommand({ SecretId: "llm/keys", SecretString: renewed }));
    assert.equal((await source.get(never)).reveal(), keys.OPENAI_API_KEY);
    source.refused(old);
    assert.equal((await source.get(never)).reveal(), "sk-canary-renewed");
  });
  await report.check("AWS: signature and policy decide", async () => {
    const Statement = [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" }];
    const reader = await moto.createUser("reader", { Version: "2012-10-17", Statement });
    const stranger = await moto.createUser("stranger", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:ListBucket", Resource: "*" }],
    });
    await moto.checkIdentities(true);
    try {
      assert.equal(await get("{AWS:llm/keys:OPENAI_API_KEY}", reader), "sk-canary-renewed");
      const text = "{AWS:llm/keys:OPENAI_API_KEY}";
      // It refuses with the body of another protocol, which proxies do as well.
      await assert.rejects(get(text, stranger), { reason: "denied" });
      const forged = { ...reader, secretAccessKey: "canary-forged" };
      await assert.rejects(get(text, forged), { reason: "denied" });
      await assert.rejects(get(text, anybody), { reason: "denied" });
    } finally {
      await moto.checkIdentities(false);
    }
  });
  await report.check("AWS: the last good key stays when the emulator is gone", async () => {
    const times = { ttlMs: 0, retryAfterMs: 0 };
    const source = createStore(anybody, times).source("{AWS:llm/keys:OPENAI_API_KEY}");
    await source.get(never);
    await moto[Symbol.asyncDispose]();
    for (let call = 0; call < 3; call++) {
      assert.equal((await source.get(never)).reveal(), "sk-canary-renewed");
    }
    assert.deepEqual(
      logger.items.map(({ msg }) => msg),
      ["a secret cannot be read; the last good value stays in use"],
    );
    assert.doesNotMatch(logger.text, /canary/);
  });
}

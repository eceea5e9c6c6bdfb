import assert from "node:assert/strict";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import type { Finding } from "../../src/profile-checks/finding.ts";
import type { Profile } from "../../src/providers/catalogue.ts";
import type { Report } from "../deploy/report.ts";
import { examine, findingOf } from "../fixtures/examine.ts";
import type { AwsIdentity, Moto } from "./moto.ts";

const region = "eu-north-1";
const type = "ml.g4dn.12xlarge";
const anybody: AwsIdentity = {
  accessKeyId: "AKIAEXAMPLE00000001",
  secretAccessKey: "any-secret-of-moto",
};

/** `arena doctor profiles` against moto's STS, SageMaker, Service Quotas and Bedrock. */
export async function checkAwsPreflight(report: Report, moto: Moto): Promise<void> {
  for (const service of ["STS", "SAGEMAKER", "SERVICE_QUOTAS", "BEDROCK"]) {
    process.env[`AWS_ENDPOINT_URL_${service}`] = moto.origin;
  }
  const sageMaker = new SageMakerClient({ region, endpoint: moto.origin, credentials: anybody });
  const ExecutionRoleArn = "arn:aws:iam::123456789012:role/sagemaker";
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: "mistral",
      ExecutionRoleArn,
      PrimaryContainer: { Image: "tgi:2.0.0" },
    }),
  );
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: "mistral-config",
      ProductionVariants: [
        { VariantName: "all", ModelName: "mistral", InstanceType: type, InitialInstanceCount: 1 },
      ],
    }),
  );
  for (const EndpointName of ["arena-mistral", "other"]) {
    await sageMaker.send(
      new CreateEndpointCommand({ EndpointName, EndpointConfigName: "mistral-config" }),
    );
  }
  const profileOf = (identity: AwsIdentity, endpoint = "arena-mistral"): Profile => ({
    name: "own",
    provider: "sagemaker",
    accessInfo: { region, endpoints: { mistral: { name: endpoint, format: "tgi" } } },
    accessKey: `${identity.accessKeyId}:${identity.secretAccessKey}`,
  });
  const Statement = [{ Effect: "Allow", Action: "sagemaker:*", Resource: "*" }];
  const policy = { Version: "2012-10-17", Statement };
  const say = ({ verdict, detail }: Finding) => `${verdict}: ${detail}`;

  await report.check("AWS: the doctor says who calls", async () => {
    const ada = await moto.createUser("ada", policy);
    const identity = findingOf(await examine(profileOf(ada)), "identity");
    assert.match(say(identity), /^ok: arn:aws:(iam|sts)::123456789012:/);
  });
  await report.check("AWS: the doctor assumes the profile's role", async () => {
    const profile = profileOf(anybody);
    const roleArn = "arn:aws:iam::123456789012:role/models";
    const accessInfo = { ...profile.accessInfo, roleArn };
    const identity = findingOf(await examine({ ...profile, accessInfo }), "identity");
    assert.match(say(identity), /^ok: arn:aws:sts::123456789012:assumed-role\/models\//);
  });
  await report.check("AWS: the doctor reads an endpoint and what it runs on", async () => {
    const finding = findingOf(await examine(profileOf(anybody)), "model mistral");
    assert.equal(say(finding), `ok: endpoint arena-mistral: InService on 1 × ${type}`);
  });
  await report.check("AWS: the doctor names an endpoint that is not there", async () => {
    const finding = findingOf(await examine(profileOf(anybody, "gone")), "model mistral");
    assert.equal(say(finding), "problem: no endpoint gone in this region");
  });
  await report.check("AWS: quotas that cannot be read are a warning", async () => {
    // Moto has quotas of networks only.
    const finding = findingOf(await examine(profileOf(anybody)), "quota");
    assert.match(say(finding), /^warning: not known: /);
  });
  await report.check("AWS: the doctor names a signature that is refused", async () => {
    const reader = await moto.createUser("forger", policy);
    await moto.checkIdentities(true);
    try {
      const forged = { ...reader, secretAccessKey: "forged-secret-key-0000" };
      const identity = findingOf(await examine(profileOf(forged)), "identity");
      assert.match(say(identity), /^problem: AWS does not take the key/);
    } finally {
      await moto.checkIdentities(false);
    }
  });
  await report.check("AWS: what Bedrock does not answer is told", async () => {
    // Moto has neither lists of models nor their availability.
    const profile: Profile = { ...profileOf(anybody), provider: "bedrock", accessInfo: { region } };
    const findings = await examine(profile);
    assert.equal(findingOf(findings, "identity").verdict, "ok");
    assert.notEqual(findingOf(findings, "key").verdict, "ok");
  });
}

import assert from "node:assert/strict";
import { AwsStandIn, awsRefusal, callerIdentity } from "../../../test/fixtures/aws-stand-in.ts";
import { useVariables } from "../../../test/fixtures/environment-variables.ts";
import { examine, findingOf, verdictsOf } from "../../../test/fixtures/examine.ts";
import type { Profile } from "../../providers/catalogue.ts";

const iam = { accessKeyId: "AKIAEXAMPLE00000001", secretAccessKey: "canary-iam-Zx81qLw0PpTt" };
const region = "eu-north-1";
const arn = "arn:aws:sts::123456789012:assumed-role/models/arena";
const haiku = "anthropic.claude-haiku-4-5-20251001-v1:0";
const sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const nova = "amazon.nova-lite-v1:0";
const old = "amazon.titan-text-express-v1";

const model = (modelId: string, types: readonly string[], status = "ACTIVE") => ({
  modelArn: `arn:aws:bedrock:${region}::foundation-model/${modelId}`,
  modelId,
  inferenceTypesSupported: types,
  modelLifecycle: { status },
});
const inferenceProfile = (inferenceProfileId: string, modelId: string) => ({
  inferenceProfileName: inferenceProfileId,
  inferenceProfileArn: `arn:aws:bedrock:${region}:123456789012:inference-profile/${inferenceProfileId}`,
  inferenceProfileId,
  models: [{ modelArn: `arn:aws:bedrock:eu-west-1::foundation-model/${modelId}` }],
  status: "ACTIVE",
  type: "SYSTEM_DEFINED",
});
const availability = (changes: object = {}) => ({
  body: {
    agreementAvailability: { status: "AVAILABLE" },
    authorizationStatus: "AUTHORIZED",
    entitlementAvailability: "AVAILABLE",
    regionAvailability: "AVAILABLE",
    ...changes,
  },
});
const availabilityOf = (modelId: string) => `GET /foundation-model-availability/${modelId}`;

describe("arena doctor profiles at Bedrock", () => {
  let aws: AwsStandIn;
  before(async () => {
    aws = await AwsStandIn.start(iam);
  });
  after(() => aws[Symbol.asyncDispose]());
  useVariables({
    get AWS_ENDPOINT_URL_STS() {
      return aws.origin;
    },
    AWS_BEARER_TOKEN_BEDROCK: undefined,
  });
  const lists = {
    GetCallerIdentity: callerIdentity(arn),
    "GET /foundation-models": {
      body: {
        modelSummaries: [
          model(nova, ["ON_DEMAND"]),
          model(haiku, ["INFERENCE_PROFILE"]),
          model(sonnet, ["INFERENCE_PROFILE"]),
          model(old, ["ON_DEMAND"], "LEGACY"),
        ],
      },
    },
    // Two pages: the second one has what is looked for.
    "GET /inference-profiles": ({ query }: { query: Readonly<Record<string, string>> }) =>
      query["nextToken"] === "page-2"
        ? { body: { inferenceProfileSummaries: [inferenceProfile(`eu.${sonnet}`, sonnet)] } }
        : {
            body: {
              inferenceProfileSummaries: [inferenceProfile(`eu.${haiku}`, haiku)],
              nextToken: "page-2",
            },
          },
  };
  beforeEach(() => {
    aws.questions.length = 0;
    aws.answers = {
      ...lists,
      [availabilityOf(nova)]: availability(),
      [availabilityOf(haiku)]: availability(),
      [availabilityOf(sonnet)]: availability(),
      [availabilityOf(old)]: availability(),
    };
  });

  const profileOf = (...allowedModels: string[]): Profile => ({
    name: "cloud",
    provider: "bedrock",
    accessInfo: { region, endpointUrl: aws.origin },
    accessKey: `${iam.accessKeyId}:${iam.secretAccessKey}`,
    allowedModels,
  });

  it("says who calls, that the key is taken, and that models and profiles may be called", async () => {
    const findings = await examine(profileOf(nova, `eu.${sonnet}`));
    assert.deepEqual(verdictsOf(findings), [
      "reference: ok",
      "identity: ok",
      "key: ok",
      `model ${nova}: ok`,
      `model eu.${sonnet}: ok`,
    ]);
    assert.equal(findingOf(findings, "identity").detail, arn);
    assert.deepEqual(
      new Set(aws.questions.map(({ signer }) => signer.service)),
      new Set(["sts", "bedrock"]),
    );
    assert.ok(aws.questions.every(({ signer }) => signer.region === region));
    assert.ok(
      aws.operations.includes(availabilityOf(sonnet)),
      "the profile's own model is asked for",
    );
  });

  for (const [title, changes, verdict, reason, remedy] of [
    [
      "an agreement that the first call makes",
      { agreementAvailability: { status: "NOT_AVAILABLE" } },
      "warning",
      /no agreement with its vendor/,
      /aws-marketplace:Subscribe.*payment method.*15 minutes/,
    ],
    [
      "an agreement that is being made",
      { agreementAvailability: { status: "PENDING" } },
      "warning",
      /is being made/,
      /up to 15 minutes/,
    ],
    [
      "an agreement that failed",
      { agreementAvailability: { status: "ERROR", errorMessage: "Invalid payment instrument" } },
      "problem",
      /failed: Invalid payment instrument/,
      /payment method/,
    ],
    [
      "a missing authorisation",
      { authorizationStatus: "NOT_AUTHORIZED" },
      "problem",
      /not authorised/,
      /bedrock:InvokeModel/,
    ],
    [
      "a missing entitlement",
      { entitlementAvailability: "NOT_AVAILABLE" },
      "problem",
      /not entitled/,
      /Subscribe/,
    ],
    [
      "the wrong region",
      { regionAvailability: "NOT_AVAILABLE" },
      "problem",
      /not in this region/,
      /accessInfo\.region/,
    ],
  ] as const) {
    it(`names ${title} as what stands before a model, with its remedy`, async () => {
      aws.answers = { ...aws.answers, [availabilityOf(nova)]: availability(changes) };
      const finding = findingOf(await examine(profileOf(nova)), `model ${nova}`);
      assert.equal(finding.verdict, verdict);
      assert.match(finding.detail, reason);
      assert.match(finding.remedy ?? "", remedy);
    });
  }

  it("tells all obstacles at once, and of Anthropic's models the form as well", async () => {
    aws.answers = {
      ...aws.answers,
      [availabilityOf(haiku)]: availability({
        authorizationStatus: "NOT_AUTHORIZED",
        entitlementAvailability: "NOT_AVAILABLE",
      }),
    };
    const { detail, remedy } = findingOf(
      await examine(profileOf(`eu.${haiku}`)),
      `model eu.${haiku}`,
    );
    assert.match(detail, /not authorised .*; .*not entitled/);
    assert.match(remedy ?? "", /Anthropic's form/);
  });

  it("lets a profile across regions stand whose model is elsewhere", async () => {
    const elsewhere = availability({ regionAvailability: "NOT_AVAILABLE" });
    aws.answers = { ...aws.answers, [availabilityOf(haiku)]: elsewhere };
    assert.equal(
      findingOf(await examine(profileOf(`eu.${haiku}`)), `model eu.${haiku}`).verdict,
      "ok",
    );
  });

  it("names the profile for a model that is called by profiles only", async () => {
    const finding = findingOf(await examine(profileOf(sonnet)), `model ${sonnet}`);
    assert.equal(finding.verdict, "problem");
    assert.match(finding.remedy ?? "", new RegExp(`Write eu\\.${sonnet} into`));
  });

  it("warns of a model at the end of its life", async () => {
    assert.equal(findingOf(await examine(profileOf(old)), `model ${old}`).verdict, "warning");
  });

  it("finds another spelling, and the nearest name", async () => {
    const findings = await examine(profileOf("amazon.nova_lite-v1:0", "amazon.nova-lit-v1:0"));
    assert.match(
      findingOf(findings, "model amazon.nova_lite-v1:0").detail,
      /is spelled amazon\.nova-lite-v1:0/,
    );
    assert.match(
      findingOf(findings, "model amazon.nova-lit-v1:0").remedy ?? "",
      /Did you mean amazon\.nova-lite/,
    );
  });

  it("judges a glob by what may be called of its matches", async () => {
    const denied = availability({ authorizationStatus: "NOT_AUTHORIZED" });
    const globs = ["eu.anthropic.*", "meta.*"];
    const all = await examine(profileOf(...globs));
    assert.deepEqual(verdictsOf(all).slice(3), [
      "models eu.anthropic.*: ok",
      "models meta.*: problem",
    ]);
    aws.answers = { ...aws.answers, [availabilityOf(haiku)]: denied };
    assert.match(
      findingOf(await examine(profileOf(...globs)), "models eu.anthropic.*").detail,
      /^1 of 2 may be called; not eu\.anthropic\.claude-haiku.*: this identity is not authorised/,
    );
    aws.answers = { ...aws.answers, [availabilityOf(sonnet)]: denied };
    assert.equal(
      findingOf(await examine(profileOf(...globs)), "models eu.anthropic.*").verdict,
      "problem",
    );
  });

  it("says of a profile without a list what would be checked, and asks for no availability", async () => {
    const findings = await examine(profileOf());
    assert.equal(findingOf(findings, "models").verdict, "not asked");
    assert.ok(aws.operations.every((operation) => !operation.includes("availability")));
  });

  it("names a refused key, and takes a forbidden list for a warning", async () => {
    const refused = awsRefusal(403, "UnrecognizedClientException", "The security token is invalid");
    aws.answers = { "GET /foundation-models": refused, GetCallerIdentity: stsRefusal };
    const findings = await examine(profileOf(nova));
    assert.deepEqual(verdictsOf(findings), ["reference: ok", "identity: problem", "key: problem"]);
    assert.match(findingOf(findings, "key").detail, /AWS does not take the key/);
    assert.match(findingOf(findings, "identity").detail, /AWS does not take the key/);
    const denied = awsRefusal(
      403,
      "AccessDeniedException",
      `User: ${arn} is not authorized to perform: bedrock:ListFoundationModels because no identity-based policy allows it`,
    );
    aws.answers = { ...lists, "GET /foundation-models": denied };
    const key = findingOf(await examine(profileOf(nova)), "key");
    assert.equal(key.verdict, "warning");
    assert.match(key.remedy ?? "", /bedrock:ListInferenceProfiles/);
  });

  it("does not ask STS about an API key of Bedrock", async () => {
    const profile = { ...profileOf(nova), accessKey: "ABSKcanary-bedrock-api-key-91Xq" };
    const findings = await examine(profile);
    assert.equal(findingOf(findings, "identity").verdict, "not asked");
    assert.match(findingOf(findings, "key").detail, /AWS does not take the key/);
    assert.deepEqual(aws.operations, [], "what is signed with a bearer token is not signed");
  });

  it("names a region that is none", async () => {
    const findings = await examine({ ...profileOf(nova), accessInfo: { region: "Stockholm" } });
    assert.match(findingOf(findings, "accessInfo").detail, /accessInfo\.region.*"Stockholm"/);
  });
});

const stsRefusal = {
  status: 403,
  headers: { "content-type": "text/xml" },
  body: "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error><RequestId>r</RequestId></ErrorResponse>",
};

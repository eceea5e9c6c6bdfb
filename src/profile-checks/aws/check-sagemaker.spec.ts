import assert from "node:assert/strict";
import {
  type AwsQuestion,
  AwsStandIn,
  awsRefusal,
  callerIdentity,
} from "../../../test/fixtures/aws-stand-in.ts";
import { useVariables } from "../../../test/fixtures/environment-variables.ts";
import { examine, findingOf, verdictsOf } from "../../../test/fixtures/examine.ts";
import type { Profile } from "../../providers/catalogue.ts";

const iam = { accessKeyId: "AKIAEXAMPLE00000001", secretAccessKey: "canary-iam-Zx81qLw0PpTt" };
const type = "ml.g5.12xlarge";
const quotaName = `${type} for endpoint usage`;

describe("arena doctor profiles at SageMaker", () => {
  let aws: AwsStandIn;
  /** What each endpoint is, by its name. */
  let endpoints: Record<
    string,
    { status: string; count: number; desired?: number; reason?: string }
  >;
  let quotas: { applied: number | null; standard: number | null };
  before(async () => {
    aws = await AwsStandIn.start(iam);
  });
  after(() => aws[Symbol.asyncDispose]());
  const origin = () => aws.origin;
  useVariables({
    get AWS_ENDPOINT_URL_STS() {
      return origin();
    },
    get AWS_ENDPOINT_URL_SAGEMAKER() {
      return origin();
    },
    get AWS_ENDPOINT_URL_SERVICE_QUOTAS() {
      return origin();
    },
  });
  beforeEach(() => {
    aws.questions.length = 0;
    endpoints = { "arena-mistral": { status: "InService", count: 1 } };
    quotas = { applied: 4, standard: 0 };
    aws.answers = {
      GetCallerIdentity: callerIdentity("arn:aws:iam::123456789012:user/ada"),
      DescribeEndpoint: ({ body }) => stateOf(String(body["EndpointName"])),
      DescribeEndpointConfig: {
        body: {
          EndpointConfigName: "c",
          ProductionVariants: [{ VariantName: "all", InstanceType: type, InitialInstanceCount: 1 }],
        },
      },
      // A page each, so that who reads only the first one knows too little.
      ListEndpoints: ({ body }) => {
        const names = Object.keys(endpoints);
        const index = Number(body["NextToken"] ?? 0);
        const isLast = index + 1 >= names.length;
        return {
          body: {
            Endpoints: names.slice(index, index + 1).map((EndpointName) => ({ EndpointName })),
            ...(!isLast && { NextToken: String(index + 1) }),
          },
        };
      },
      ListServiceQuotas: (question) => quotaPage(question, quotas.applied),
      ListAWSDefaultServiceQuotas: (question) => quotaPage(question, quotas.standard),
    };
  });

  function stateOf(name: string) {
    const endpoint = endpoints[name];
    if (!endpoint) {
      return awsRefusal(400, "ValidationException", `Could not find endpoint "${name}".`);
    }
    const { status, count, desired = count, reason } = endpoint;
    return {
      body: {
        EndpointName: name,
        EndpointStatus: status,
        EndpointConfigName: "c",
        ...(reason !== undefined && { FailureReason: reason }),
        ProductionVariants: [
          { VariantName: "all", CurrentInstanceCount: count, DesiredInstanceCount: desired },
        ],
      },
    };
  }

  function quotaPage({ body }: AwsQuestion, value: number | null) {
    const other = { QuotaName: "ml.g5.xlarge for endpoint usage", Value: 99 };
    if (body["NextToken"] === undefined) return { body: { Quotas: [other], NextToken: "2" } };
    const wanted = { QuotaName: quotaName, QuotaCode: "L-65C4BD00", Value: value };
    return { body: { Quotas: value === null ? [] : [wanted] } };
  }

  const profileOf = (...names: string[]): Profile => ({
    name: "own",
    provider: "sagemaker",
    accessInfo: {
      region: "eu-west-1",
      endpoints: Object.fromEntries(names.map((name) => [name, { name, format: "tgi" as const }])),
    },
    accessKey: `${iam.accessKeyId}:${iam.secretAccessKey}`,
  });

  it("says who calls, what an endpoint is and runs on, and what is left of its quota", async () => {
    const findings = await examine(profileOf("arena-mistral"));
    assert.deepEqual(verdictsOf(findings), [
      "reference: ok",
      "identity: ok",
      "model arena-mistral: ok",
      `quota ${type}: ok`,
    ]);
    assert.equal(
      findingOf(findings, "model arena-mistral").detail,
      `endpoint arena-mistral: InService on 1 × ${type}`,
    );
    assert.equal(findingOf(findings, `quota ${type}`).detail, "1 of 4 in use (applied), 3 free");
    const services = new Set(aws.questions.map(({ signer }) => signer.service));
    assert.deepEqual(services, new Set(["sts", "sagemaker", "servicequotas"]));
    assert.ok(!aws.operations.includes("ListAWSDefaultServiceQuotas"));
  });

  for (const [status, reason, verdict, detail, remedy] of [
    ["Creating", undefined, "warning", /does not answer yet/, /Wait/],
    ["Updating", undefined, "warning", /answers meanwhile/, /before a study/],
    ["RollingBack", undefined, "warning", /answers meanwhile/, /Wait/],
    ["Deleting", undefined, "problem", /is being deleted/, /another endpoint/],
    ["OutOfService", undefined, "problem", /OutOfService/, /Update it/],
    ["UpdateRollbackFailed", "no capacity", "problem", /no capacity/, /Create it again/],
    ["Failed", "did not pass the ping health check", "problem", /ping health check/, /CloudWatch/],
    [
      "Failed",
      "ResourceLimitExceeded: the account-level service limit",
      "problem",
      /service limit/,
      /Service Quotas/,
    ],
    ["Dreaming", undefined, "warning", /Dreaming/, /console/],
  ] as const) {
    it(`calls an endpoint that is ${status} (${reason ?? "for no reason"}) a ${verdict}`, async () => {
      endpoints["arena-mistral"] = { status, count: 1, ...(reason !== undefined && { reason }) };
      const finding = findingOf(await examine(profileOf("arena-mistral")), "model arena-mistral");
      assert.equal(finding.verdict, verdict);
      assert.match(finding.detail, detail);
      assert.match(finding.remedy ?? "", remedy);
    });
  }

  it("names an endpoint that is not there", async () => {
    const finding = findingOf(await examine(profileOf("gone")), "model gone");
    assert.deepEqual(
      [finding.verdict, finding.detail],
      ["problem", "no endpoint gone in this region"],
    );
  });

  it("takes the default where no quota was applied", async () => {
    quotas = { applied: null, standard: 2 };
    const { verdict, detail } = findingOf(
      await examine(profileOf("arena-mistral")),
      `quota ${type}`,
    );
    assert.deepEqual([verdict, detail], ["ok", "1 of 2 in use (AWS's default), 1 free"]);
  });

  it("prefers what was applied to the default of the same name", async () => {
    quotas = { applied: 3, standard: 0 };
    aws.answers = {
      ...aws.answers,
      DescribeEndpointConfig: {
        body: {
          EndpointConfigName: "c",
          ProductionVariants: [
            { VariantName: "all", InstanceType: type },
            { VariantName: "second", InstanceType: "ml.never-applied" },
          ],
        },
      },
    };
    const findings = await examine(profileOf("arena-mistral"));
    assert.match(findingOf(findings, `quota ${type}`).detail, /^1 of 3 in use \(applied\)/);
    assert.ok(aws.operations.includes("ListAWSDefaultServiceQuotas"));
  });

  it("lets go an endpoint of others that is deleted meanwhile", async () => {
    const Endpoints = ["arena-mistral", "gone"].map((EndpointName) => ({ EndpointName }));
    aws.answers = { ...aws.answers, ListEndpoints: { body: { Endpoints } } };
    assert.equal(
      findingOf(await examine(profileOf("arena-mistral")), `quota ${type}`).verdict,
      "ok",
    );
  });

  it("warns when an update has no room, counting the endpoints of others", async () => {
    quotas = { applied: 4, standard: 0 };
    endpoints = {
      "arena-mistral": { status: "InService", count: 1 },
      other: { status: "InService", count: 3 },
    };
    const finding = findingOf(await examine(profileOf("arena-mistral")), `quota ${type}`);
    assert.equal(finding.verdict, "warning");
    assert.match(finding.detail, /^4 of 4 in use \(applied\), 0 free; an update.* needs 1 more$/);
    assert.match(finding.remedy ?? "", new RegExp(`"${quotaName}" of 5 or more`));
  });

  it("calls it a problem when what is not running yet has no room", async () => {
    quotas = { applied: 2, standard: 0 };
    endpoints = {
      "arena-mistral": { status: "Creating", count: 0, desired: 2 },
      other: { status: "InService", count: 1 },
    };
    const finding = findingOf(await examine(profileOf("arena-mistral")), `quota ${type}`);
    assert.equal(finding.verdict, "problem");
    assert.match(finding.detail, /1 of 2 in use.*; 2 more are needed/);
  });

  it("says when no quota has the name, and when quotas may not be read", async () => {
    quotas = { applied: null, standard: null };
    assert.match(
      findingOf(await examine(profileOf("arena-mistral")), `quota ${type}`).detail,
      /has no "ml\.g5\.12xlarge for endpoint usage"/,
    );
    const denied = awsRefusal(
      400,
      "AccessDeniedException",
      "User: arn:aws:iam::123456789012:user/ada is not authorized to perform: servicequotas:ListServiceQuotas",
    );
    aws.answers = { ...aws.answers, ListServiceQuotas: denied };
    const finding = findingOf(await examine(profileOf("arena-mistral")), "quota");
    assert.equal(finding.verdict, "warning");
    assert.match(finding.remedy ?? "", /servicequotas:ListAWSDefaultServiceQuotas/);
  });

  it("takes a state that may not be looked at for a warning", async () => {
    const denied = awsRefusal(
      400,
      "AccessDeniedException",
      "not authorized to perform: sagemaker:DescribeEndpoint on it",
    );
    aws.answers = { ...aws.answers, DescribeEndpoint: denied };
    const findings = await examine(profileOf("arena-mistral"));
    assert.deepEqual(verdictsOf(findings).slice(2), ["model arena-mistral: warning"]);
    assert.match(findings.at(-1)?.remedy ?? "", /sagemaker:DescribeEndpointConfig/);
  });

  it("examines the endpoints of allowed models only", async () => {
    endpoints["second"] = { status: "InService", count: 1 };
    const profile = { ...profileOf("arena-mistral", "second"), allowedModels: ["sec*"] };
    const checks = verdictsOf(await examine(profile));
    assert.deepEqual(checks.slice(2), ["model second: ok", `quota ${type}: ok`]);
  });

  it("names a key that is no key pair", async () => {
    const findings = await examine({ ...profileOf("arena-mistral"), accessKey: "canary-no-pair" });
    assert.match(
      findingOf(findings, "identity").detail,
      /its key is no ACCESS_KEY_ID:SECRET_ACCESS_KEY/,
    );
    assert.deepEqual(aws.operations, []);
  });
});

import assert from "node:assert/strict";
import { useVariables } from "../../../test/fixtures/environment-variables.ts";
import { examine, findingOf } from "../../../test/fixtures/examine.ts";
import { freePort } from "../../../test/fixtures/free-port.ts";

describe("questions to AWS that nobody answers", () => {
  let ports: readonly [sts: number, bedrock: number];
  beforeEach(async () => {
    ports = [await freePort(), await freePort()];
  });
  useVariables({
    get AWS_ENDPOINT_URL_STS() {
      return `http://127.0.0.1:${ports[0]}`;
    },
    AWS_BEARER_TOKEN_BEDROCK: undefined,
  });

  it("name the address that was asked, each service's own", async () => {
    const findings = await examine({
      name: "cloud",
      provider: "bedrock",
      accessInfo: { region: "eu-north-1", endpointUrl: `http://127.0.0.1:${ports[1]}` },
      accessKey: "AKIAEXAMPLE00000001:iam-Zx81qLw0PpTt",
    });
    const told = (check: string) => {
      const { verdict, detail } = findingOf(findings, check);
      return `${verdict}: ${detail}`;
    };
    assert.match(
      told("identity"),
      RegExp(`^problem: nothing answers at http://127.0.0.1:${ports[0]}/`),
    );
    assert.match(told("key"), RegExp(`^problem: nothing answers at http://127.0.0.1:${ports[1]}/`));
  });
});

import { importPackage } from "../../providers/transport/import-package.ts";
import { readAwsPair } from "../../secrets/aws-identity.ts";
import { ask } from "../ask.ts";
import type { Examination } from "../finding.ts";
import { type Finding, notAsked, ok } from "../finding.ts";
import { createAwsQuestions } from "./aws-questions.ts";

const check = "identity";
const name = "AWS STS";

/** Asks AWS who calls, which needs no permission: whether the key or the machine's identity is good. */
export async function checkAwsIdentity(examination: Examination): Promise<Finding> {
  const { signal } = examination;
  const answer = await ask(check, signal, async () => {
    if (await hasApiKey(examination)) {
      return notAsked(check, "an API key of Bedrock, which STS does not know; see key");
    }
    const sts = createAwsQuestions(examination, name, async (options) => {
      const { STSClient } = await importSdk();
      return new STSClient(options);
    });
    const { GetCallerIdentityCommand } = await importSdk();
    const { Arn = "unknown" } = await sts("GetCallerIdentity", (client) =>
      client.send(new GetCallerIdentityCommand(), { abortSignal: signal }),
    );
    return ok(check, Arn);
  });
  return answer.isAnswered ? answer.value : answer.finding;
}

/** Whether Bedrock is called with a key of its own, and not with IAM's. */
async function hasApiKey({ profile, keys, signal }: Examination): Promise<boolean> {
  if (profile.provider !== "bedrock") return false;
  const key = (await keys?.get(signal))?.reveal();
  return key !== undefined && readAwsPair(key) === null;
}

function importSdk() {
  return importPackage(name, "@aws-sdk/client-sts", () => import("@aws-sdk/client-sts"));
}

import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { importPackage } from "../providers/import-package.ts";
import { type AskAws, createAwsQuestions } from "./aws-questions.ts";
import type { Examination } from "./examination.ts";

const name = "Amazon SageMaker";

/** Prepares questions about endpoints; `accessInfo.endpointUrl` is the runtime's, which knows nothing of them. */
export function createSageMakerQuestions(examination: Examination): AskAws<SageMakerClient> {
  return createAwsQuestions(examination, name, async (options) => {
    const { SageMakerClient } = await importSageMaker();
    return new SageMakerClient(options);
  });
}

/** @throws ProviderError that says what to install */
export function importSageMaker() {
  return importPackage(
    name,
    "@aws-sdk/client-sagemaker",
    () => import("@aws-sdk/client-sagemaker"),
  );
}

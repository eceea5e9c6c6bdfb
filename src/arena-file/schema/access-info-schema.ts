import { z } from "zod";
import { shownText } from "../../text/shown-text.ts";
import { inferenceApiSpellings, toInferenceApi } from "./provider-spellings.ts";
import { formField, kindOf, textField, urlField, wordField } from "./text-fields.ts";

const mapOf = <Value extends z.ZodType>(what: string, value: Value) =>
  z
    .record(z.string().min(1), value, {
      error: ({ input }) => `expected a map of ${what}, got ${kindOf(input)}`,
    })
    .refine((map) => Object.keys(map).length > 0, {
      error: `is an empty map; give at least one entry of ${what}, or take it away`,
    })
    .meta({ minProperties: 1 });

const inferenceApi = z
  .union([z.string(), z.number()], {
    error: ({ input }) => `expected openai (1), ollama (2) or vllm (3), got ${kindOf(input)}`,
  })
  .transform((written, context) => {
    const known = toInferenceApi(written);
    if (known) return known;
    context.addIssue(
      `expected openai (1), ollama (2) or vllm (3), got ${shownText(String(written))}`,
    );
    return z.NEVER;
  })
  .meta({
    anyOf: [
      { enum: ["openai", "ollama", "vllm", 1, 2, 3] },
      { type: "string", pattern: inferenceApiSpellings },
    ],
  });

/** How a provider is reached, as people write it: `apiKey` is another place for the key. */
export const WrittenAccessInfo = z.strictObject(
  {
    baseUrl: urlField("the base URL, such as http://10.1.2.3:8000/v1")
      .exactOptional()
      .describe("Base URL of the API, such as http://10.1.2.3:8000/v1."),
    region: formField(
      "an AWS region such as eu-central-1",
      /^[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/,
      "no zone, lower case",
    )
      .exactOptional()
      .describe("Bedrock, SageMaker: the AWS region."),
    roleArn: formField(
      "a role such as arn:aws:iam::123456789012:role/models",
      /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/,
      "copy the role's ARN",
    )
      .exactOptional()
      .describe("Bedrock, SageMaker: a role to assume."),
    endpointUrl: urlField("the endpoint's URL")
      .exactOptional()
      .describe("Bedrock, SageMaker: another address than the region's."),
    endpoint: urlField("the resource, such as https://NAME.openai.azure.com")
      .refine((url) => !/\/openai\/deployments\b/i.test(url), {
        error:
          "expected the resource alone, such as https://NAME.openai.azure.com; a whole URL of a deployment is a baseUrl",
      })
      .exactOptional()
      .describe("Azure: the resource, https://NAME.openai.azure.com."),
    apiVersion: formField(
      "a version such as 2024-10-21 or 2025-03-01-preview",
      /^(?:\d{4}-\d{2}-\d{2}(?:-preview)?|v1|preview|latest)$/,
      "take it from Azure's list of API versions",
    )
      .exactOptional()
      .describe("Azure: version of the API."),
    deployments: mapOf("model names and deployments", textField("the deployment's name"))
      .exactOptional()
      .describe("Azure: deployments by model name."),
    // What came is not shown: people write the key behind its name.
    keyHeader: textField("the name of an HTTP header")
      .check(
        z.regex(/^[\w!#$%&'*+.^`|~-]+$/, {
          abort: true,
          error:
            "expected the name of an HTTP header alone, such as Ocp-Apim-Subscription-Key; the key stands in accessKey",
        }),
      )
      .exactOptional()
      .describe("Azure behind a gateway: the header that carries the key."),
    host: formField(
      "a host such as llama.models.example",
      /^[A-Za-z0-9.-]+(?::\d{1,5})?$/,
      "no scheme, no path",
    )
      .exactOptional()
      .describe("Self-hosted: value of the HTTP Host header."),
    inferenceApi: inferenceApi
      .exactOptional()
      .describe("Self-hosted: what the server speaks: openai, ollama or vllm."),
    vision: z
      .boolean({ error: ({ input }) => `expected true or false, got ${kindOf(input)}` })
      .exactOptional()
      .describe(
        "Self-hosted: whether the models see images, where the server does not tell (vLLM, KubeAI); true by default.",
      ),
    endpoints: mapOf(
      "model names and endpoints",
      z.strictObject(
        {
          name: textField("the endpoint's name").describe("Name of the endpoint."),
          format: wordField(["tgi", "jumpstart-chat", "openai"]).describe(
            "What its payload looks like.",
          ),
        },
        { error: ({ input }) => `expected name and format, got ${kindOf(input)}` },
      ),
    )
      .exactOptional()
      .describe("SageMaker: endpoints by model name."),
    keysFrom: textField("a reference such as {AWS:Secret}")
      .exactOptional()
      .describe("A secret with a flat JSON of third-party keys, as {AWS:Secret}."),
    apiKey: textField("the key or a reference such as {Env:NAME}")
      .exactOptional()
      .describe("The documents' place for accessKey."),
  },
  { error: ({ input }) => `expected a map such as {region: eu-central-1}, got ${kindOf(input)}` },
);
/** What people wrote about how a provider is reached. */
export type WrittenAccessInfo = z.infer<typeof WrittenAccessInfo>;

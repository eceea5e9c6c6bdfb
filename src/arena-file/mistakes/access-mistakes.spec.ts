import {
  canary,
  type MistakeRow,
  of,
  testMistakes,
} from "../../../test/fixtures/config-mistakes.ts";

const mistakes: readonly MistakeRow[] = [
  // How it is reached.
  [of("openai", "region: eu-north-1"), "profiles[0].accessInfo.region", /bedrock, sagemaker do/],
  [of("ollama", "inferenceApi: vllm"), "profiles[0].accessInfo.inferenceApi", /self-hosted does/],
  [of("azure", "apiVersion: v1"), "profiles[0].accessInfo.endpoint", /needs endpoint or baseUrl/],
  [
    of("azure", "endpoint: 'https://a.example', baseUrl: 'https://b.example'"),
    "profiles[0].accessInfo.baseUrl",
    /replaces endpoint; keep one/,
  ],
  [
    of("azure", "endpoint: 'https://a.example/openai/deployments/x'"),
    "profiles[0].accessInfo.endpoint",
    /the resource alone/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', apiVersion: newest"),
    "profiles[0].accessInfo.apiVersion",
    /such as 2024-10-21.*got "newest"/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', deployments: [x]"),
    "profiles[0].accessInfo.deployments",
    /expected a map.*got a list/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', keyHeader: 'api key:'"),
    "profiles[0].accessInfo.keyHeader",
    /name of an HTTP header/,
  ],
  [
    of("azure", `endpoint: 'https://a.example', keyHeader: 'api-key: ${canary}'`),
    "profiles[0].accessInfo.keyHeader",
    /name of an HTTP header alone.*the key stands in accessKey/,
  ],
  [
    of("azure", "endpoint: 'https://a.example', deployments: {gpt-4o: x, gpt_4o: y}"),
    "profiles[0].accessInfo.deployments.gpt_4o",
    /another spelling of "gpt-4o".*keep one/,
  ],
  ["profiles: [{name: a, provider: bedrock}]", "profiles[0].accessInfo.region", /needs region/],
  [
    of("bedrock", "region: Frankfurt"),
    "profiles[0].accessInfo.region",
    /such as eu-central-1, got "Frankfurt"/,
  ],
  [
    of("bedrock", "region: eu-north-1, roleArn: admin"),
    "profiles[0].accessInfo.roleArn",
    /arn:aws:iam/,
  ],
  [of("sagemaker", "region: eu-north-1"), "profiles[0].accessInfo.endpoints", /needs endpoints/],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {m: {name: e, format: chat}}"),
    "profiles[0].accessInfo.endpoints.m.format",
    /tgi, jumpstart-chat or openai, got "chat"/,
  ],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {}"),
    "profiles[0].accessInfo.endpoints",
    /empty map/,
  ],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {m: e}"),
    "profiles[0].accessInfo.endpoints.m",
    /expected name and format, got text/,
  ],
  [
    of("sagemaker", "region: eu-north-1, endpoints: {m-1: &e {name: e, format: tgi}, M.1: *e}"),
    'profiles[0].accessInfo.endpoints["M.1"]',
    /another spelling of "m-1".*keep one/,
  ],
  [of("self-hosted", "host: x"), "profiles[0].accessInfo.baseUrl", /needs baseUrl/],
  [of("vllm", "baseUrl: 'http://x:6000/v1'"), "profiles[0].accessInfo.baseUrl", /has port 6000/],
  [
    of("azure", "endpoint: 'https://a.example:6667'"),
    "profiles[0].accessInfo.endpoint",
    /has port 6667, which HTTP clients refuse to call; let the server listen on another/,
  ],
  [of("vllm", "baseUrl: 'localhost:8000'"), "profiles[0].accessInfo.baseUrl", /begins with http/],
  [of("vllm", `baseUrl: 'http://u:${canary}@x'`), "profiles[0].accessInfo.baseUrl", /without user/],
  [of("vllm", `baseUrl: 'http://x?k=${canary}'`), "profiles[0].accessInfo.baseUrl", /without \?/],
  [
    of("vllm", "baseUrl: 'http://x/v1/chat/completions'"),
    "profiles[0].accessInfo.baseUrl",
    /leave \/chat\/completions away/,
  ],
  [of("vllm", "host: 'http://x'"), "profiles[0].accessInfo.host", /no scheme/],
  [
    of("self-hosted", "baseUrl: 'http://x', inferenceApi: 4"),
    "profiles[0].accessInfo.inferenceApi",
    /openai \(1\), ollama \(2\) or vllm \(3\), got "4"/,
  ],
  ["profiles: [{name: a, provider: ollama, accessInfo: x}]", "profiles[0].accessInfo", /got text/],
  // Models.
  [
    "profiles: [{name: a, provider: ollama, allowedModels: llama3}]",
    "profiles[0].allowedModels",
    /expected a list of models, got text/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: [llama3, 4]}]",
    "profiles[0].allowedModels[1]",
    /got a number; put it in quotes/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['']}]",
    "profiles[0].allowedModels[0]",
    /is empty/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['llama[23]']}]",
    "profiles[0].allowedModels[0]",
    /\[ is no part of a glob; only \*/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['^llama.*$']}]",
    "profiles[0].allowedModels[0]",
    /\^ is no part of a glob/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['llama**']}]",
    "profiles[0].allowedModels[0]",
    /write one \*/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: ['llama3, gemma2']}]",
    "profiles[0].allowedModels[0]",
    /one model per entry/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowedModels: [llama-3, llama_3]}]",
    "profiles[0].allowedModels[1]",
    /the same as allowedModels\[0\]/,
  ],
  [
    "profiles: [{name: a, provider: ollama, allowed_models: [x], llm_models: [y]}]",
    "profiles[0].llm_models",
    /beside allowedModels.*keep one/,
  ],
  [
    of(
      "sagemaker",
      "region: eu-north-1, endpoints: {m: {name: e, format: tgi}}",
      "allowedModels: [n]",
    ),
    "profiles[0].allowedModels[0]",
    /has no endpoint/,
  ],
];

describe("a mistake in how a profile is reached or which models it has", () => {
  testMistakes(mistakes);
});

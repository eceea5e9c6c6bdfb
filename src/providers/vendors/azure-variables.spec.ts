import assert from "node:assert/strict";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { toAzureProfiles, type Variables } from "./azure-variables.ts";

const key = "canary-azure-key-91";
const variablesOf = (id: string, fields: Record<string, string> = {}) => ({
  [`AZURE_OPENAI_API_TYPE__${id}`]: "azure",
  [`AZURE_OPENAI_API_VERSION__${id}`]: "2024-10-21",
  [`AZURE_OPENAI_API_BASE__${id}`]: "https://mine.openai.azure.com/",
  [`AZURE_OPENAI_API_KEY__${id}`]: key,
  [`AZURE_OPENAI_API_DEPLOYMENT_NAME__${id}`]: `my-${id}`,
  ...Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [`AZURE_OPENAI_API_${field}__${id}`, value]),
  ),
});

/** The problems, as name and message in one line. */
const problemsOf = (variables: Variables): string[] => {
  try {
    toAzureProfiles(variables);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    assert.ok(!error.message.includes("canary"), error.message);
    return error.problems.map(({ name, message }) => `${name} ${message}`);
  }
  return [];
};

describe("Azure's models by variables", () => {
  it("makes one profile of the models of one resource, trimmed", () => {
    const variables = {
      AZURE_OPENAI_MODELS: " gpt-4o , o1",
      ...variablesOf("gpt-4o", { KEY: ` ${key}\n` }),
      ...variablesOf("o1"),
    };
    assert.deepEqual(toAzureProfiles(variables), [
      {
        name: "azure-openai",
        provider: "azure-openai",
        accessInfo: {
          endpoint: "https://mine.openai.azure.com",
          apiVersion: "2024-10-21",
          deployments: { "gpt-4o": "my-gpt-4o", o1: "my-o1" },
        },
        accessKey: key,
        allowedModels: ["gpt-4o", "o1"],
      },
    ]);
  });

  it("makes a profile for each resource, version and key", () => {
    const variables = {
      AZURE_OPENAI_MODELS: "a,b,c",
      ...variablesOf("a"),
      ...variablesOf("b", { BASE: "https://other.openai.azure.com" }),
      ...variablesOf("c"),
    };
    assert.deepEqual(
      toAzureProfiles(variables).map(({ name, allowedModels }) => [name, allowedModels]),
      [
        ["azure-openai", ["a", "c"]],
        ["azure-openai-2", ["b"]],
      ],
    );
  });

  it("makes no profile when no models are listed", () => {
    assert.deepEqual(toAzureProfiles({ OTHER: "x", AZURE_OPENAI_API_KEY: "x" }), []);
  });

  it("names all that is missing at once", () => {
    const problems = problemsOf({ AZURE_OPENAI_MODELS: "a,b", ...variablesOf("a", { KEY: " " }) });
    assert.deepEqual(
      problems.map((problem) => problem.split(" ")[0]),
      [
        "AZURE_OPENAI_API_KEY__a",
        "AZURE_OPENAI_API_TYPE__b",
        "AZURE_OPENAI_API_VERSION__b",
        "AZURE_OPENAI_API_BASE__b",
        "AZURE_OPENAI_API_KEY__b",
        "AZURE_OPENAI_API_DEPLOYMENT_NAME__b",
      ],
    );
  });

  for (const [what, fields, expected] of [
    ["a type that is none", { TYPE: "azure_ad" }, /TYPE__a must be azure, and is "azure_ad"/],
    ["a version that is no date", { VERSION: "v1" }, /VERSION__a must be a date/],
    [
      "an address without https",
      { BASE: "http://mine.openai.azure.com" },
      /BASE__a must be an https/,
    ],
    ["an address with a password", { BASE: `https://u:${key}@x.org` }, /BASE__a must be an https/],
    ["an address that is none", { BASE: "mine" }, /BASE__a must be an https/],
    ["a key that cannot be sent", { KEY: `${key} x` }, /KEY__a holds a character/],
    ["a deployment's path", { DEPLOYMENT_NAME: "a/b" }, /DEPLOYMENT_NAME__a must be a deployment/],
    ["a name that is none", { KYE: "x" }, /KYE__a is none of .*AZURE_OPENAI_API_KEY__a/],
  ] as const) {
    it(`refuses ${what}, by its name and without the key`, () => {
      const problems = problemsOf({ AZURE_OPENAI_MODELS: "a", ...variablesOf("a", fields) });
      assert.equal(problems.length, 1, problems.join());
      assert.match(problems[0] ?? "", expected);
    });
  }

  it("refuses variables of a model that is not listed", () => {
    for (const list of [{ AZURE_OPENAI_MODELS: "a" }, {}]) {
      const variables = { ...list, ...("AZURE_OPENAI_MODELS" in list ? variablesOf("a") : {}) };
      const problems = problemsOf({ ...variables, AZURE_OPENAI_API_KEY__b: key });
      assert.deepEqual(problems, [
        "AZURE_OPENAI_API_KEY__b AZURE_OPENAI_MODELS does not list b. Add it there, or remove this.",
      ]);
    }
  });

  it("refuses a list that is empty, has gaps or repeats itself", () => {
    for (const [list, expected] of [
      [" ", /is empty/],
      ["a,,", /holds an empty name/],
      ["a,a", /names a 2 times/],
    ] as const) {
      const own = list.includes("a") ? variablesOf("a") : {};
      assert.match(problemsOf({ AZURE_OPENAI_MODELS: list, ...own })[0] ?? "", expected);
    }
  });

  it("takes plain http for this machine only", () => {
    const fields = { BASE: "http://127.0.0.1:8080" };
    assert.deepEqual(problemsOf({ AZURE_OPENAI_MODELS: "a", ...variablesOf("a", fields) }), []);
  });
});

import assert from "node:assert/strict";
import { z } from "zod";
import { providerNames } from "../../providers/catalogue.ts";
import { WrittenProfile } from "./profile-schema.ts";
import { toInferenceApi, toProviderName } from "./provider-spellings.ts";

const Choice = z.object({ enum: z.array(z.unknown()).default([]), pattern: z.string().optional() });
const Published = z.object({
  properties: z.object({
    provider: z.object({ anyOf: z.array(Choice) }),
    accessInfo: z.object({
      properties: z.looseObject({ inferenceApi: z.object({ anyOf: z.array(Choice) }) }),
    }),
  }),
});

describe("what editors know of a profile", () => {
  const schema = z.toJSONSchema(WrittenProfile, { io: "input", unrepresentable: "any" });
  const { provider, accessInfo } = Published.parse(schema).properties;
  const takes = ({ anyOf }: typeof provider, value: string | number) =>
    anyOf.some(
      ({ enum: words, pattern }) =>
        words.includes(value) || (pattern !== undefined && new RegExp(pattern).test(String(value))),
    );

  it("is every spelling of a provider that the loader takes, and no other", () => {
    const own = providerNames.flatMap((name) => [name, name.toUpperCase(), `PROVIDER_${name}`]);
    const known = [...own, "aws-bedrock", "AWS_BEDROCK", "openai-like", "Self-Hosted", "Azure"];
    const strange = ["opnai", "PROVIDER_PROVIDER_OPENAI", "", "openai ", "provider-", "a_b"];
    for (const written of [...known, ...strange]) {
      assert.equal(takes(provider, written), toProviderName(written) !== undefined, written);
    }
    assert.ok(known.every((written) => takes(provider, written)));
  });

  it("is every way to say what a server speaks", () => {
    for (const written of ["openai", "OLLAMA", "vLLM", "1", 2, 3, "tgi", 4, "4", "", "openai "]) {
      const isKnown = toInferenceApi(written) !== undefined;
      assert.equal(takes(accessInfo.properties.inferenceApi, written), isKnown, String(written));
    }
  });

  it("is that no text and no map may be empty", () => {
    const { baseUrl, deployments, endpoints } = accessInfo.properties;
    assert.equal(z.object({ minLength: z.number() }).parse(baseUrl).minLength, 1);
    for (const map of [deployments, endpoints]) {
      assert.equal(z.object({ minProperties: z.number() }).parse(map).minProperties, 1);
    }
  });
});

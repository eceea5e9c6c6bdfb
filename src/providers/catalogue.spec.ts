import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const source = (path: string) => JSON.stringify(import.meta.resolve(path));

/** What somebody would write who adds a provider: an entry, and the file whose function it names. */
const entry = `
  acme: {
    title: "Acme",
    spellings: ["acme-ai"],
    uses: ["region", "keysFrom"],
    needs: [{ oneOf: ["region"], example: "region: eu-central-1" }],
    key: "needed",
    keyNames: ["ACME_API_KEY"],
    create: ({ profile }) => ({ name: "Acme in " + profile.accessInfo.region }),
  },`;

describe("the providers' catalogue", () => {
  it("makes a provider known everywhere by one entry", async () => {
    const program = `
      import { registerHooks } from "node:module";
      const start = "const entries = {";
      registerHooks({
        load: (url, context, next) => {
          const loaded = next(url, context);
          if (url !== ${source("./catalogue.ts")}) return loaded;
          const [before, after] = String(loaded.source).split(start);
          return { ...loaded, source: before + start + ${JSON.stringify(entry)} + after };
        },
      });
      const { z } = await import("zod");
      const { WrittenProfile } = await import(${source("../arena-file/schema/profile-schema.ts")});
      const { parseArenaConfig } = await import(${source("../arena-file/parse-arena-config.ts")});
      const { configParts } = await import(${source("../access/config-parts.ts")});
      const { keyNamesOf } = await import(${source("../access/profile-keys.ts")});
      const { createProvider } = await import(${source("./registry.ts")});

      const parse = (text) => {
        try {
          return parseArenaConfig(text, "arena.yaml", configParts).config.profiles;
        } catch ({ problems }) {
          return problems.map(({ name, message }) => name + " " + message);
        }
      };
      const schema = z.toJSONSchema(WrittenProfile, { io: "input", unrepresentable: "any" });
      const [names, { pattern }] = schema.properties.provider.anyOf;
      const key = 'accessKey: "{Env:KEY}"';
      const ways = "prices: {acme/m: {inputPerMillion: 1, outputPerMillion: 2}}\\nroutes: [{name: r, model: m, provider: acme}]";
      const [profile] = parse(
        "profiles: [{name: a, provider: ACME_AI, accessInfo: {region: eu-north-1}, " + key + "}]\\n" + ways,
      );
      console.log(JSON.stringify({
        schema: [names.enum.includes("acme"), new RegExp(pattern).test("PROVIDER_ACME_AI")],
        profile,
        withoutRegion: parse("profiles: [{name: a, provider: acme, " + key + "}]"),
        withoutKey: parse("profiles: [{name: a, provider: acme, accessInfo: {region: eu-north-1}}]"),
        keys: keyNamesOf(profile),
        created: createProvider(profile, null).name,
      }));
    `;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
    assert.deepEqual(JSON.parse(stdout), {
      schema: [true, true],
      profile: {
        name: "a",
        provider: "acme",
        accessInfo: { region: "eu-north-1" },
        accessKey: "{Env:KEY}",
      },
      withoutRegion: [
        "profiles[0].accessInfo.region is missing, and Acme needs region; write accessInfo: {region: eu-central-1} (line 1)",
      ],
      withoutKey: [
        'profiles[0].accessKey is missing, and Acme needs a key; write a reference such as "{Env:NAME}" (line 1)',
      ],
      keys: ["ACME_API_KEY"],
      created: "Acme in eu-north-1",
    });
  }).timeout(30_000);
});

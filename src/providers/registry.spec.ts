import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { inspect } from "node:util";
import { serverSentEvents, useHttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import { spoken } from "../../test/fixtures/openai-events.ts";
import {
  asking,
  canaryKey,
  eventsOf,
  FixedKeys,
  failureOf,
} from "../../test/fixtures/provider-questions.ts";
import { providerNames } from "./catalogue.ts";
import type { AccessInfo } from "./provider-access.ts";
import { createProvider } from "./registry.ts";

/** Enough for every provider. */
const accessInfo: AccessInfo = {
  baseUrl: "http://127.0.0.1:9/v1",
  region: "eu-north-1",
  endpoints: { m: { name: "e", format: "openai" } },
};

describe("the providers' registry", () => {
  const vendor = useHttpStandIn();

  it("creates each provider that a profile can name, and shows no key", () => {
    for (const provider of providerNames) {
      const created = createProvider({ name: "p", provider, accessInfo }, new FixedKeys());
      assert.ok(created.name.length > 0);
      assert.ok(created.capabilities("m").parameters instanceof Set, provider);
      assert.ok(!inspect(created, { depth: 9, showHidden: true }).includes(canaryKey), provider);
    }
  });

  it("names the profile and its fields in errors, or what it was told to name", async () => {
    const profile = {
      name: "main",
      provider: "openai",
      accessInfo: { baseUrl: vendor().origin },
    } as const;
    vendor().reply({ status: 403, body: {} }, { status: 403, body: {} });
    const error = await failureOf(createProvider(profile, new FixedKeys()), "gpt-4o");
    assert.match(error.message, /Check accessKey of profile "main" \(text\) and allowedModels of/);
    const settings = { key: "OPENAI_API_KEY", model: "OPENAI_MODEL", baseURL: "OPENAI_BASE_URL" };
    const named = createProvider(profile, new FixedKeys(), { settings, name: "Aalto's gateway" });
    const told = await failureOf(named, "gpt-4o");
    assert.match(told.message, /^Aalto's gateway: .* Check OPENAI_API_KEY and OPENAI_MODEL\./);
  });

  it("tells system messages in the role that it was told", async () => {
    const profile = {
      name: "main",
      provider: "openai",
      accessInfo: { baseUrl: vendor().origin },
    } as const;
    for (const systemRole of ["system", "developer", "user"] as const) {
      vendor().reply({ body: serverSentEvents(spoken("x")) });
      const provider = createProvider(profile, null, { systemRole });
      const messages = [{ role: "system", content: "Be kind." }] as const;
      await eventsOf(provider, "gpt-4o", asking({ messages }));
      const body = vendor().last.body as { messages: object[] };
      assert.deepEqual(body.messages, [{ role: systemRole, content: "Be kind." }]);
    }
  });

  it("imports no SDK before the first request", () => {
    const script = `
      import { registerHooks } from "node:module";
      const urls = [];
      registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
      const { createProvider } = await import(${JSON.stringify(import.meta.resolve("./registry.ts"))});
      for (const provider of ${JSON.stringify(providerNames)}) {
        const profile = { name: "p", provider, accessInfo: ${JSON.stringify(accessInfo)} };
        createProvider(profile, null).capabilities("m");
      }
      const packages = urls.filter((url) => url.includes("/node_modules/") && !url.includes("/zod/"));
      console.log(JSON.stringify(packages));
    `;
    const args = ["--input-type=module", "--eval", script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(stdout, "[]\n", stderr);
  });
});

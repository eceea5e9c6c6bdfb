import assert from "node:assert/strict";
import { join } from "node:path";
import { inspect } from "node:util";
import { openRouter } from "../src/access/open-router.ts";
import { runProfiles } from "../src/commands/profiles/profiles.ts";
import { runRoute } from "../src/commands/route/route.ts";
import { openEnvironment } from "../src/config/environment.ts";
import type { FaultName } from "../src/testing/mock-provider/faults.ts";
import {
  type MockProvider,
  startMockProvider,
} from "../src/testing/mock-provider/start-mock-provider.ts";
import { OpenAIStandIn, type Reply, vendorError } from "./fixtures/openai-stand-in.ts";
import { arenaFile, routedServer } from "./fixtures/routed-server.ts";
import { ServerProcess } from "./fixtures/server-process.ts";
import { stringTerminal } from "./fixtures/string-terminal.ts";
import { testResources } from "./fixtures/test-resources.ts";

const image = "data:image/png;base64,iVBORw0KGgo=";

describe("MODEL=routed", () => {
  const resources = testResources();
  let mock: MockProvider;
  beforeEach(async () => {
    mock = resources.use(await startMockProvider({ timeScale: 0.05 }));
  });

  /** A file whose route goes to these models of the mock, in order. */
  const fileOf = (...models: readonly FaultName[]) => `
profiles:
  - {name: main, provider: self-hosted, accessInfo: {baseUrl: "${mock.baseUrl}"}, accessKey: "{Env:MOCK_KEY}"}
routes:
  - name: poems
    candidates: [${models.map((model) => `{profile: main, model: ${model}}`).join(", ")}]
    backoffMs: 1
`;
  const variables = { MOCK_KEY: "CANARY-of-the-mock" };
  /** Without the lists of models: a server of one's own is asked what its models see. */
  const chats = () => mock.requests.filter(({ path }) => path.endsWith("/chat/completions"));
  const asked = () => chats().map(({ model }) => model);

  it("answers under the route's name", async () => {
    const { server } = await routedServer(resources, fileOf("echo"), variables);
    const answer = await server.client.ask("A haiku about frogs, please.");
    assert.equal(answer.text, "A haiku about frogs, please.");
    assert.deepEqual(
      chats().map(({ hasKey }) => hasKey),
      [true],
    );
    assert.equal((await server.connect().registerModel()).modelID, "poems");
  });

  it("holds a request open for a model that starts, and lets it go when it stops", async () => {
    const text = fileOf("cold-start", "ok")
      .replace("self-hosted", "kubeai")
      .replace("backoffMs: 1", "limits: {firstTokenMs: 50}");
    const { server } = await routedServer(resources, text, variables);
    assert.match((await server.client.ask("A haiku, please.")).text, /word59$/);
    assert.match((await server.client.ask("Another one, please.")).text, /word59$/);
    assert.deepEqual(asked(), ["cold-start", "ok", "ok"]);
    assert.equal(mock.requests[0]?.ending, null);
    await server.stop();
    await mock.until(([first]) => first?.ending === "client left");
  });

  it("brings the task's messages to the vendor in its words", async () => {
    const { server } = await routedServer(resources, fileOf("ok"), variables);
    await server.client.ask([
      { role: "system", content: "You write poems." },
      { role: "narrator", content: "Night falls." },
      { role: "user", content: [{ type: "image_url", image_url: { url: image } }] },
    ]);
    const [{ body } = { body: null }] = chats();
    assert.ok(typeof body === "object" && body !== null && "messages" in body);
    assert.deepEqual(body.messages, [
      { role: "system", content: "You write poems." },
      { role: "user", name: "narrator", content: "Night falls." },
      { role: "user", content: [{ type: "image_url", image_url: { url: image } }] },
    ]);
  });

  it("lets the next one answer when the first is down, and the trace says why", async () => {
    const { server, logger } = await routedServer(
      resources,
      fileOf("unavailable", "echo"),
      variables,
    );
    assert.equal((await server.client.ask("Hello")).text, "Hello");
    assert.deepEqual(asked(), ["unavailable", "unavailable", "unavailable", "echo"]);
    const [line] = logger.named("routed");
    assert.ok(line);
    const attempts = line["attempts"] as {
      model: string;
      outcome: string;
      reason: string | null;
    }[];
    assert.deepEqual(
      attempts.map(({ model, outcome, reason }) => [model, outcome, reason]),
      [
        ...Array.from({ length: 3 }, () => ["unavailable", "failed", "unavailable"]),
        ["echo", "answered", null],
      ],
    );
    assert.equal(line["route"], "poems");
    assert.ok(line["sessionID"] && line["messageID"]);
    assert.doesNotMatch(JSON.stringify(line), /Hello/);
  });

  it("refuses what a content filter refused, and asks nobody else", async () => {
    const { server, logger } = await routedServer(
      resources,
      fileOf("content-filter", "echo"),
      variables,
    );
    const answer = await server.client.ask("Something awful");
    assert.deepEqual([answer.error?.code, answer.error?.retryable], ["PERMISSION_DENIED", false]);
    assert.equal(answer.text, "The AI declined to answer this message.");
    assert.deepEqual(asked(), ["content-filter"]);
    assert.equal(logger.named("not routed").length, 1);
  });

  it("says what came of everybody when nobody answers", async () => {
    const { server } = await routedServer(resources, fileOf("reset", "no-quota"), variables);
    const answer = await server.client.ask("Hello");
    assert.equal(answer.error?.code, "UNAVAILABLE");
    assert.match(
      answer.error?.message ?? "",
      /Route "poems" gave no answer\. main\/reset: .*main\/no-quota/,
    );
  });

  it("uses what AZURE_OPENAI_MODELS lists beside the file's profiles", async () => {
    const text = "routes: [{name: poems, model: gpt-4o}]";
    const right = {
      AZURE_OPENAI_MODELS: "gpt-4o",
      "AZURE_OPENAI_API_TYPE__gpt-4o": "azure",
      "AZURE_OPENAI_API_VERSION__gpt-4o": "2024-10-21",
      "AZURE_OPENAI_API_BASE__gpt-4o": mock.baseUrl.replace("/v1", ""),
      "AZURE_OPENAI_API_KEY__gpt-4o": "CANARY-azure",
      "AZURE_OPENAI_API_DEPLOYMENT_NAME__gpt-4o": "my-deployment",
    };
    const { server } = await routedServer(resources, text, right);
    await server.client.ask("Hello");
    assert.match(mock.requests[0]?.path ?? "", /\/openai\/deployments\/my-deployment\/chat/);
  });

  describe("in a process", () => {
    async function refused(environment: Readonly<Record<string, string>>): Promise<string> {
      const started = { MODEL: "routed", ROUTE: "poems", ...environment };
      const server = resources.use(new ServerProcess(started));
      assert.deepEqual(await server.exited, { code: 78, signal: null }, server.stderr);
      assert.deepEqual(server.items, []);
      return server.stderr;
    }

    it("ends with 78 and every place of the file that is wrong", async () => {
      const file = arenaFile(
        resources,
        "profiles:\n  - {name: a, provider: opnai, acessKey: CANARY-key}\nroutes: [{name: poems}]\n",
      );
      const said = await refused({ CONFIG_FILE: file });
      assert.match(said, /profiles\[0\]\.provider: .*openai.*\(line 2\)/);
      assert.match(said, /profiles\[0\]\.acessKey: .*accessKey\? \(line 2\)/);
      assert.match(said, /routes\[0\]\.candidates: .*\(line 3\)/);
      assert.doesNotMatch(said, /CANARY/);
    });

    it("ends with 78 when there is no file, and when ROUTE is not set", async () => {
      assert.match(await refused({}), /CONFIG_FILE: not set, and there is no arena\.yaml here/);
      assert.match(await refused({ ROUTE: "" }), /ROUTE: not set, and MODEL=routed needs it/);
      const gone = join(import.meta.dirname, "no-such.yaml");
      assert.match(await refused({ CONFIG_FILE: gone }), /CONFIG_FILE: no file at .*no-such\.yaml/);
    });

    it("serves with keys of its environment", async () => {
      const CONFIG_FILE = arenaFile(resources, fileOf("echo"));
      const server = resources.use(
        new ServerProcess({ MODEL: "routed", ROUTE: "poems", CONFIG_FILE, ...variables }),
      );
      assert.equal((await server.named("serving"))["modelID"], "poems");
    });
  });

  describe("with marked keys", () => {
    const keys = { text: "CANARYtext8Zk2Qw7x", environment: "CANARYenv5Tr9Lm3c" };

    /** A vendor that quotes the key wherever it can. */
    const failures: readonly Reply[] = [400, 401, 403, 404, 422, 429, 500, 503].map((status) => ({
      kind: "answer",
      status,
      body: vendorError(`key ${keys.text} ${keys.environment}`, "invalid_request", "error"),
      headers: { "retry-after": "3600" },
    }));

    it("shows none in logs, metrics, answers and explanations", async () => {
      const vendor = await OpenAIStandIn.start();
      resources.use({ [Symbol.asyncDispose]: () => vendor.close() });
      const text = `
profiles:
  - {name: one, provider: openai, accessInfo: {baseUrl: "${vendor.baseURL}"}, accessKey: ${keys.text}}
  - {name: two, provider: self-hosted, accessInfo: {baseUrl: "${vendor.baseURL}"}, accessKey: "{Env:KEY}"}
routes:
  - {name: poems, candidates: [{profile: one, model: gpt-4o}, {profile: two, model: llama}]}
`;
      const given = { KEY: keys.environment };
      const { server, logger, file } = await routedServer(resources, text, given);
      let told = "";
      for (const reply of failures) {
        vendor.reply(reply);
        vendor.reply(reply);
        told += inspect(await server.client.ask("Hello"), { depth: 9 });
      }
      const sent = JSON.stringify(vendor.requests.map(({ headers }) => headers));
      assert.ok(sent.includes(keys.text) && sent.includes(keys.environment), sent);
      told += await (await fetch(`${server.httpUrl}/metrics`)).text();
      told += logger.text;
      const terminal = stringTerminal();
      const router = openRouter({
        file: { path: file, setting: "CONFIG_FILE" },
        environment: openEnvironment(given),
        logger,
      });
      const scope = { user: null, workspace: null };
      const commands = [
        () => runProfiles(["list"], terminal, () => file),
        () => runProfiles(["validate"], terminal, () => file),
        () => runProfiles(["validate", "--json"], terminal, () => file),
        () => runProfiles(["explain", "--model", "gpt-4o"], terminal, () => file),
        () => runRoute(["explain", "poems"], terminal, async () => ({ router, scope })),
        () => runRoute(["explain", "poems", "--json"], terminal, async () => ({ router, scope })),
      ];
      for (const command of commands) assert.equal(await command(), 0);
      told += terminal.stdout.text + terminal.stderr.text;
      assert.match(told, /not routed/);
      for (const key of Object.values(keys)) {
        const at = told.indexOf(key.slice(6));
        assert.equal(at, -1, told.slice(Math.max(0, at - 300), at));
      }
    });
  });
});

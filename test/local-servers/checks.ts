import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { z } from "zod";
import { openEnvironment, readEnvironment } from "../../src/config/environment.ts";
import type { Message } from "../../src/data-models/task.ts";
import { ArenaError } from "../../src/errors/arena-error.ts";
import { createModel } from "../../src/models/registry.ts";
import { createRoutedModel } from "../../src/models/routed/create-routed-model.ts";
import { examine, findingOf } from "../fixtures/examine.ts";
import type { LocalKind } from "../fixtures/local-stand-in.ts";
import { friendlyText, OpenAIStandIn } from "../fixtures/openai-stand-in.ts";
import { RecordingLogger } from "../fixtures/recording-logger.ts";
import { blindModel, coldModel, endlessModel, type LocalServer } from "./local-server.ts";

/** One thing that must hold beside a server, and beside which ones it is looked at. */
export interface LocalCheck {
  readonly title: string;
  readonly kinds: readonly LocalKind[];
  readonly examine: (server: LocalServer) => Promise<void>;
}

const all = ["ollama", "llama-server", "vllm"] as const;
const words = "Hello from tiny gguf.";
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const hello: Message = { role: "user", content: "Hello" };
const picture: Message = {
  role: "user",
  content: [
    { type: "text", text: "What is on it?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } },
  ],
};
/** More than 2,048 tokens by any count. */
const longTalk: readonly Message[] = Array.from({ length: 20 }, (_, index) => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content: "Once upon a time there was a frog. ".repeat(20),
}));

const Routed = z.object({
  chosen: z.object({ profile: z.string() }).nullable(),
  attempts: z.array(
    z.object({
      profile: z.string(),
      servedModel: z.string().nullable(),
      finishReason: z.string().nullable(),
      outputTokens: z.number().nullable(),
    }),
  ),
  skipped: z.array(z.object({ profile: z.string(), skipped: z.string() })),
});

/** A route to this server, and then, if it is wanted, to somebody who can do everything. */
async function openRoute(
  { baseURL }: LocalServer,
  options: { readonly model?: string; readonly other?: OpenAIStandIn; readonly more?: string } = {},
) {
  const { model = blindModel.name, other, more = "" } = options;
  const folder = mkdtempSync(join(tmpdir(), "arena-local-"));
  const file = join(folder, "arena.yaml");
  const profiles = [
    `{name: local, provider: self-hosted, accessInfo: {baseUrl: "${baseURL}"}}`,
    ...(other
      ? [`{name: other, provider: openai, accessKey: k, accessInfo: {baseUrl: "${other.baseURL}"}}`]
      : []),
  ];
  const candidates = [
    `{profile: local, model: ${model}}`,
    ...(other ? ["{profile: other, model: gpt-4o}"] : []),
  ];
  writeFileSync(
    file,
    `profiles: [${profiles.join(", ")}]\nroutes: [{name: r, candidates: [${candidates.join(", ")}]${more}}]\n`,
  );
  const logger = new RecordingLogger();
  const variables = { MODEL: "routed", ROUTE: "r", CONFIG_FILE: file };
  const settings = readEnvironment(undefined, variables);
  const routed = await createRoutedModel(settings, logger, openEnvironment(variables));
  rmSync(folder, { recursive: true });
  await routed.start();
  return {
    canImage: routed.getModelDefinition().canImage,
    ask: async (messages: readonly Message[], leftMs = 60_000) => {
      const context = contextOf(logger, leftMs);
      const output = await routed.getResponse({ messages: [...messages] }, context);
      return { text: output.text?.trim(), ...lastRouted(logger) };
    },
    refusal: async (messages: readonly Message[]) => {
      const context = contextOf(logger, 60_000);
      const error: unknown = await routed
        .getResponse({ messages: [...messages] }, context)
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof ArenaError, inspect(error));
      return error;
    },
  };
}

function contextOf(logger: RecordingLogger, leftMs: number) {
  return {
    sessionID: "s",
    messageID: "m",
    signal: AbortSignal.timeout(leftMs),
    deadline: new Date(Date.now() + leftMs),
    logger,
  };
}

function lastRouted(logger: RecordingLogger) {
  return Routed.parse(logger.named("routed").at(-1));
}

/** What is promised of servers of one's own, whatever they say and do not say. */
export const localChecks: readonly LocalCheck[] = [
  {
    title: "an image goes to who can see, and nobody is blamed",
    kinds: all,
    examine: async (server) => {
      await using other = await OpenAIStandIn.start();
      const route = await openRoute(server, { other });
      for (let request = 0; request < 6; request++) {
        const { text, attempts, skipped } = await route.ask([picture]);
        assert.equal(text, friendlyText);
        assert.deepEqual(
          attempts.map(({ profile }) => profile),
          ["other"],
        );
        assert.match(skipped[0]?.skipped ?? "", /images/);
      }
      const { text, chosen } = await route.ask([hello]);
      assert.deepEqual([text, chosen?.profile], [words, "local"]);
    },
  },
  {
    title: "where nobody can see, the participant reads so",
    kinds: all,
    examine: async (server) => {
      const error = await (await openRoute(server)).refusal([picture]);
      assert.deepEqual([error.code, error.retryable], ["INVALID_ARGUMENT", false]);
      assert.match(error.message, /images/);
      assert.match(error.participantText, /cannot see images/);
    },
  },
  {
    title: "a route announces images only if somebody on it can see",
    kinds: ["ollama", "llama-server"],
    examine: async (server) => {
      assert.equal((await openRoute(server)).canImage, false);
      await using other = await OpenAIStandIn.start();
      assert.equal((await openRoute(server, { other })).canImage, true);
    },
  },
  {
    title: "too long a conversation goes to a larger window",
    kinds: all,
    examine: async (server) => {
      await using other = await OpenAIStandIn.start();
      const route = await openRoute(server, { other });
      await route.ask([hello]);
      const { text, chosen } = await route.ask(longTalk);
      assert.deepEqual([text, chosen?.profile], [friendlyText, "other"]);
    },
  },
  {
    title: "too long a conversation is refused, also of a model that was not loaded",
    kinds: all,
    examine: async (server) => {
      const model = server.kind === "ollama" ? coldModel.name : blindModel.name;
      const error = await (await openRoute(server, { model })).refusal(longTalk);
      assert.equal(error.code, "INVALID_ARGUMENT");
      assert.match(error.participantText, /too long/);
    },
  },
  {
    title: "a limit of tokens ends a model that never stops, by the name that it knows",
    kinds: ["ollama"],
    examine: async (server) => {
      const route = await openRoute(server, { model: endlessModel.name, more: ", maxTokens: 7" });
      const { attempts } = await route.ask([hello]);
      assert.deepEqual(
        attempts.map(({ finishReason, outputTokens }) => [finishReason, outputTokens]),
        [["length", 7]],
      );
    },
  },
  {
    title: "what a model that never stops wrote before the deadline is delivered, and says so",
    kinds: ["ollama"],
    examine: async (server) => {
      const route = await openRoute(server, { model: endlessModel.name });
      const { text, attempts } = await route.ask([hello], 1000);
      assert.match(
        text ?? "",
        /^Hello from tiny gguf\. Hello .*\[The AI ran out of time here\.\]$/s,
      );
      assert.deepEqual(
        attempts.map(({ finishReason }) => finishReason),
        ["deadline"],
      );
    },
  },
  {
    title: "MODEL=local refuses what the server would drop, and keeps LOCAL_MAX_TOKENS",
    kinds: all,
    examine: async ({ baseURL }) => {
      const settings = readEnvironment(undefined, {
        MODEL: "local",
        LOCAL_MODEL: blindModel.name,
        LOCAL_BASE_URL: baseURL,
        LOCAL_MAX_TOKENS: "2",
      });
      const model = await createModel(settings);
      await model.start();
      const context = contextOf(new RecordingLogger(), 60_000);
      const { text } = await model.getResponse({ messages: [hello] }, context);
      assert.equal(text?.trim(), "Hello from");
      await assert.rejects(model.getResponse({ messages: [picture] }, context), /images/);
    },
  },
  {
    title: "another model than was asked for is told of, in the trace and by the doctor",
    kinds: ["llama-server"],
    examine: async (server) => {
      const route = await openRoute(server, { model: "gpt-99" });
      const { text, attempts } = await route.ask([hello]);
      assert.equal(text, words);
      assert.deepEqual(
        attempts.map(({ servedModel }) => servedModel),
        [blindModel.name],
      );
      const { attempts: own } = await (await openRoute(server)).ask([hello]);
      assert.deepEqual(
        own.map(({ servedModel }) => servedModel),
        [null],
      );
      const profile = {
        name: "local",
        provider: "self-hosted",
        accessInfo: { baseUrl: server.baseURL },
        allowedModels: ["gpt-99", blindModel.name],
      } as const;
      const findings = await examine(profile);
      assert.equal(findingOf(findings, `model ${blindModel.name}`).verdict, "ok");
      const { verdict, detail } = findingOf(findings, "model gpt-99");
      assert.equal(verdict, "warning");
      assert.match(detail, /says that it is tiny/);
    },
  },
];

import assert from "node:assert/strict";
import { type HttpAnswer, useHttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import {
  accessTo,
  asking,
  failureOf,
  verdictOf,
} from "../../../test/fixtures/provider-questions.ts";
import type { ProviderName } from "../catalogue.ts";
import { createProvider } from "../registry.ts";

const plain = (status: number, body: string): HttpAnswer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body,
});
/** How servers say that they have nothing at a path. */
const nothingThere: readonly (readonly [string, HttpAnswer])[] = [
  ["Ollama and KubeAI", plain(404, "404 page not found\n")],
  ["vLLM and FastAPI", { status: 404, body: { detail: "Not Found" } }],
  [
    "llama-server",
    {
      status: 404,
      body: { error: { code: 404, message: "File Not Found", type: "not_found_error" } },
    },
  ],
  ["a web server", { status: 404, body: "<html><h1>404 Not Found</h1></html>" }],
  ["a server without a word", plain(404, "")],
  ["a server of pages", plain(405, "Method Not Allowed")],
  [
    "OpenAI",
    {
      status: 404,
      body: {
        error: {
          message: "Invalid URL (POST /v1/v1/chat/completions)",
          type: "invalid_request_error",
        },
      },
    },
  ],
];
/** How they say that they have no such model. */
const noModel: readonly (readonly [string, HttpAnswer])[] = [
  [
    "Ollama",
    {
      status: 404,
      body: { error: { message: "model 'm' not found", type: "api_error", code: null } },
    },
  ],
  [
    "vLLM",
    {
      status: 404,
      body: {
        message: "The model `m` does not exist. Valid aliases: a",
        type: "NotFoundError",
        code: 404,
      },
    },
  ],
  ["KubeAI", plain(404, '{"error":"model not found: \\"m\\""}')],
];

describe("an address at which nothing of the API is", () => {
  const vendor = useHttpStandIn();

  const at = (provider: ProviderName, path: string) => {
    const { profile, keys, settings } = accessTo(provider, {
      baseUrl: `${vendor().origin}${path}`,
    });
    return createProvider(profile, keys, { settings });
  };
  const messageOf = async (provider: ProviderName, path: string) => {
    vendor().reply(plain(404, "404 page not found\n"));
    return (await failureOf(at(provider, path), "m")).message.replaceAll(
      vendor().origin,
      "http://h",
    );
  };

  for (const [who, reply] of nothingThere) {
    it(`is told from a model that is missing, as ${who} says it`, async () => {
      vendor().reply(reply);
      const error = await failureOf(at("self-hosted", "/api/openai"), "m");
      assert.deepEqual(verdictOf(error), ["NOT_FOUND", "not-found", false]);
      assert.match(error.message, /nothing of the API at .*\/api\/openai/);
      assert.doesNotMatch(error.message, /no model/);
    });
  }

  for (const [who, reply] of noModel) {
    it(`is not meant where the model is missing, as ${who} says it`, async () => {
      vendor().reply(reply);
      const error = await failureOf(at("self-hosted", "/v1"), "m");
      assert.deepEqual(verdictOf(error), ["NOT_FOUND", "not-found", false]);
      assert.match(error.message, /no model "m"/);
    });
  }

  it("says that the path is missing, and which one it should be", async () => {
    for (const [provider, path] of [
      ["self-hosted", "/v1"],
      ["kubeai", "/openai/v1"],
      ["groq", "/openai/v1"],
      ["openai", "/v1"],
    ] as const) {
      assert.match(
        await messageOf(provider, ""),
        new RegExp(`at http://h: it has no path.*baseUrl: http://h${path}\\.$`),
      );
    }
  });

  it("says that there is a path too many, and how it should be, to whoever is asked", async () => {
    for (const provider of ["self-hosted", "ollama", "vllm", "openai"] as const) {
      for (const [path, right] of [
        ["/v1/chat/completions", "/v1"],
        ["/v1/chat/completions/", "/v1"],
        ["/proxy/v1/models", "/proxy/v1"],
        ["/v1/v1", "/v1"],
        ["/api/chat", "/v1"],
        ["/api/generate", "/v1"],
      ] as const) {
        const message = await messageOf(provider, path);
        assert.match(message, new RegExp(`path too many.*baseUrl: http://h${right}\\.$`), path);
      }
    }
  });

  it("says for any other path that it is to be looked at", async () => {
    assert.match(await messageOf("ollama", "/v2"), /nothing of the API at http:\/\/h\/v2/);
    assert.match(await messageOf("ollama", "/v2"), /it usually ends in \/v1\.$/);
  });

  it("tells it of embeddings and of the list of models as well", async () => {
    const provider = at("self-hosted", "");
    const { signal } = new AbortController();
    for (const ask of [
      () => provider.embed?.("m", ["a"], { signal }),
      () => provider.listModels?.({ signal }),
    ]) {
      vendor().reply(plain(404, "404 page not found\n"));
      await assert.rejects(async () => ask(), /has no path/);
    }
  });

  it("does not suggest a path to vendors whose API has none", async () => {
    vendor().reply(plain(404, "404 page not found\n"));
    const { message } = await failureOf(at("anthropic", ""), "m", asking({ maxTokens: 5 }));
    assert.doesNotMatch(message, /\/v1/);
    assert.match(message, /nothing of the API at/);
  });
});

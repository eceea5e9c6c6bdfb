import assert from "node:assert/strict";
import fc from "fast-check";
import { shownText, withoutPastedKeys } from "./shown-text.ts";

describe("shownText", () => {
  it("shows names of models, profiles and regions in quotes", () => {
    for (const name of [
      "openai/gpt-4o-mini-2024-07-18",
      "bedrock/eu.anthropic.claude-3-5-sonnet-20241022-v2:0",
      "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
      "Qwen3-Coder-480B-A35B-Instruct-FP8",
      "mistralai/Mixtral-8x22B-Instruct-v0.1",
      "openai/ft:gpt-4o-mini-2024-07-18:my-org:custom:AbCd1234",
      "ollama/llama3:8b",
      "Ocp-Apim-Subscription-Key",
      "allowedEmbeddingModelNames",
      "eu-central-1",
    ]) {
      assert.equal(shownText(name), JSON.stringify(name));
    }
  });

  it("shows no key, whatever it is glued to", () => {
    const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const digits = fc.constantFrom(..."0123456789");
    const random = fc
      .tuple(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 20 }), digits)
      .map(([text, digit]) => `${text}${digit}`);
    const key = fc.oneof(
      fc.uuid(),
      fc
        .constantFrom("sk-", "hf_", "gsk_", "xai-", "AIza_")
        .chain((start) => random.map((text) => start + text)),
    );
    const glue = fc.constantFrom("", "x:", "accessKey=", "openai/x:", "api-key: ", "Bearer ", "{");
    fc.assert(
      fc.property(glue, key, (before, text) => {
        assert.equal(shownText(before + text), "(a text that looks like a key)");
      }),
    );
  });

  it("cuts what is long, but no character in two", () => {
    assert.equal(shownText(`${"ab ".repeat(19)}ab😀cd`), JSON.stringify(`${"ab ".repeat(19)}ab�…`));
  });
});

describe("withoutPastedKeys", () => {
  it("leaves what errors are made of", () => {
    for (const message of [
      "no file at /tmp/arena-routed-aB3xYz/arena.yaml; expected one such as ./my-model.ts",
      "cannot listen on 10.0.0.7:8061 (listen EADDRINUSE: address already in use 10.0.0.7:8061)",
      "/data/GPT4_turbo.sqlite is in use by process 7 on arena-single-7d9c8b6f5d-x2x4z since 2026-11-21T17:31:56.576Z",
      "create a key at https://platform.openai.com/api-keys, or set AZURE_OPENAI_API_KEY",
      'no model "claude-3-5-sonnet-20241022-v2:0" at file:///srv/models1/gpt-4o-2024-11-20.ts:12:7',
      "postgres://USER:PASSWORD@HOST:PORT/DATABASE {Vault:secret/data/openai:key-value}",
    ]) {
      assert.equal(withoutPastedKeys(message), message);
    }
  });

  it("takes out keys, and the path that one is a part of", () => {
    const said = (word: string) => withoutPastedKeys(`it is "${word}"; expected another`);
    for (const word of [
      "sk-proj-canary8Zk2Qw7x",
      "/app/5f1c0a9e7b3d4f6281c5d0e9a7b3f4d6.ts",
      "ab/cd+ef0123456789ABCDEF/gh==",
      "8f1c2d3e-7a6b-4a5b-9c8d-7e6f5a4b3c2d:8061",
      "https://host/v1?api_key=canary5Tr9Lm3c8Zk2",
    ]) {
      assert.equal(said(word), 'it is "(a text that looks like a key)"; expected another', word);
    }
  });
});

import assert from "node:assert/strict";
import { HttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import { checkGate } from "./check-gate.ts";

describe("the gate of a model at Hugging Face", () => {
  const name = "meta-llama/Llama-3.1-8B-Instruct";
  const { signal } = new AbortController();

  for (const [title, status, code, verdict, expected] of [
    ["is open when a file is sent elsewhere", 307, "", "ok", /may be read/],
    ["is open when there is no such file", 404, "EntryNotFound", "ok", /without a config/],
    [
      "is closed to a stranger",
      401,
      "GatedRepo",
      "problem",
      /Accept its conditions at .*\/meta-llama\/Llama/,
    ],
    [
      "is closed to a token that may not pass",
      403,
      "GatedRepo",
      "problem",
      /let the token read gated models/,
    ],
    ["belongs to no model", 401, "RepoNotFound", "problem", /no such model, or hides it/],
    ["is not known when the hub fails", 503, "", "warning", /status 503/],
  ] as const) {
    it(title, async () => {
      await using hub = await HttpStandIn.start(() => ({
        status,
        headers: { ...(code && { "x-error-code": code }), location: "/elsewhere" },
        body: "",
      }));
      const get = (path: string, method = "GET") =>
        fetch(`${hub.origin}/${path}`, { method, redirect: "manual" });
      const finding = await checkGate(`${name}:fastest`, get, signal);
      assert.equal(finding.verdict, verdict);
      assert.match(`${finding.detail} ${finding.remedy}`, expected);
      const requests = hub.requests.map((request) => `${request.method} ${request.path}`);
      assert.deepEqual(requests, [`HEAD /${name}/resolve/main/config.json`]);
    });
  }

  it("is not asked for by what is no repository's name", async () => {
    const get = () => Promise.reject(new Error("it was asked for"));
    assert.equal((await checkGate("../api/tokens", get, signal)).verdict, "not asked");
    assert.equal((await checkGate("tgi", get, signal)).verdict, "not asked");
  });
});

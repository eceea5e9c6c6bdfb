import assert from "node:assert/strict";
import { ProviderError } from "../errors/model-errors.ts";
import { SecretError } from "../errors/route-errors.ts";
import { failureFinding } from "./failure-finding.ts";

describe("the finding of a failure", () => {
  const { signal } = new AbortController();
  const key = "canary-key";

  it("tells what is wrong from what is to be done", () => {
    const refused = new ProviderError(
      "OpenAI",
      "UNAUTHENTICATED",
      "it does not take the key. Check X.",
    );
    assert.deepEqual(failureFinding("key", refused, signal), {
      check: "key",
      verdict: "problem",
      detail: "it does not take the key",
      remedy: "Check X.",
    });
    const missing = new SecretError("{Env:X}", "missing", "is not set; set it");
    const { detail, remedy } = failureFinding("reference", missing, signal);
    assert.deepEqual([detail, remedy], ["{Env:X}: is not set", "Set it."]);
  });

  it("cuts no name that has a dot or a question mark", () => {
    const problem = 'nothing answers at http://10.0.0.7:8000/v1. Is it running? Check "v1.2".';
    const error = new ProviderError("vLLM", "UNAVAILABLE", problem, { reason: "connection" });
    const { detail, remedy } = failureFinding("server", error, signal);
    assert.deepEqual(
      [detail, remedy],
      ["nothing answers at http://10.0.0.7:8000/v1", 'Is it running? Check "v1.2".'],
    );
  });

  it("has a remedy where the error has none", () => {
    const broke = new ProviderError(
      "Groq",
      "RESOURCE_EXHAUSTED",
      "the account has no credit left.",
      {
        reason: "quota",
      },
    );
    assert.match(failureFinding("key", broke, signal).remedy ?? "", /Add credit/);
  });

  it("repeats no words of a foreign error", () => {
    const finding = failureFinding("key", new TypeError(`bad header: ${key}`), signal);
    assert.match(finding.detail, /TypeError/);
    assert.ok(!JSON.stringify(finding).includes(key));
  });

  it("names the time limit whatever was thrown", () => {
    const { detail } = failureFinding("key", new Error(key), AbortSignal.abort());
    assert.equal(detail, "no answer within the time limit");
  });
});

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../src/errors/arena-error.ts";
import { ProviderError } from "../src/errors/model-errors.ts";
import { AllProvidersFailedError } from "../src/errors/route-errors.ts";
import { failureFinding } from "../src/profile-checks/failure-finding.ts";
import { judge } from "../src/providers/errors/provider-verdict.ts";

/** Two full stops, or one where a sentence goes on. */
const stray = /(?<!\.)\.\.(?!\.)|\.[;,]|[?!]\.|\.\)\./;
/** Names of what holds a sentence that may end with a full stop of its own. */
const sentence = /\b(message|details|problem|why|sentence|all)\W*$/;

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => /(?<!\.spec)\.ts$/.test(file) && !file.startsWith("generated"))
  .map((file) => [file, readFileSync(join("src", file), "utf8")] as const);

/** Every verdict on a status or a code, as the error that becomes of it. */
function verdicts(): ProviderError[] {
  const statuses = [...Array.from({ length: 220 }, (_, index) => 390 + index), undefined];
  const codes = [
    [],
    ["content_filter"],
    ["insufficient_quota"],
    ["context_length_exceeded"],
    ["json_validate_failed"],
    ["rate_limit_exceeded"],
    ["server_error"],
    ["ETIMEDOUT"],
    ["ECONNREFUSED"],
    ["ENOTFOUND"],
    ["ERR_TLS_CERT"],
    ["ECONNRESET"],
    ["SyntaxError"],
  ];
  const sentences = ["Words of a vendor.", "not found", "This server does not support embeddings"];
  const origins = ["http://h", "http://h/v1/models", "http://h/v1"].map((baseURL) => ({
    model: "m",
    baseURL,
    usualPath: "/v1",
    settings: { key: "KEY", model: "MODEL", baseURL: "BASE_URL" },
  }));
  return statuses.flatMap((status) =>
    codes.flatMap((each) =>
      sentences.flatMap((words) =>
        origins.map((origin) => {
          const facts = { isPlain: false, requestID: undefined, retryAfterMs: 0 };
          const error = { ...facts, status, codes: each, sentence: words };
          const { code, problem, ...options } = judge(error, origin);
          return new ProviderError("Vendor", code, problem, options);
        }),
      ),
    ),
  );
}

describe("the full stops of messages", () => {
  it("stand once, whatever a provider says, for itself and within another message", () => {
    const { signal } = new AbortController();
    const errors = new Map(verdicts().map((error) => [error.message, error]));
    assert.ok(errors.size > 50, `${errors.size} messages`);
    const refused = { profile: "q", model: "m", why: "it may not.", code: "UNAVAILABLE" } as const;
    for (const error of errors.values()) {
      const failed = { profile: "p", model: "m", error };
      const finding = failureFinding("model m", error, signal);
      for (const text of [
        error.message,
        new AllProvidersFailedError("r", [failed, failed], [refused]).message,
        new AllProvidersFailedError("r", [failed], []).message,
        `${finding.detail}; ${finding.remedy}`,
      ]) {
        assert.doesNotMatch(text, stray);
      }
    }
  });

  it("stand once in a finding of several mistakes of the configuration", () => {
    const problems = ["is not set. Set it.", "is wrong."].map((message) => ({
      name: "X",
      message,
    }));
    const { signal } = new AbortController();
    const { detail, remedy } = failureFinding("x", new ConfigurationError(problems), signal);
    assert.doesNotMatch(`${detail}; ${remedy}`, stray);
  });

  it("are not doubled in any literal", () => {
    for (const [file, text] of sources) {
      assert.doesNotMatch(text, /[a-z)"}]\.\.[ "`]/, file);
    }
  });

  it("are not added to a sentence that may have its own", () => {
    const strays = sources.flatMap(([file, text]) =>
      [...text.matchAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}(?=\)?(?:\.[ `"]|; ))/g)]
        .map(([, expression = ""]) => expression)
        .filter((expression) => sentence.test(expression))
        .filter((expression) => !expression.startsWith("withoutFullStop("))
        .map((expression) => `${file}: ${expression}`),
    );
    assert.deepEqual(strays, []);
  });
});

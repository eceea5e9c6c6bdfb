import assert from "node:assert/strict";
import type { ErrorCode } from "./arena-error.ts";
import { ProviderError } from "./model-errors.ts";
import { AllProvidersFailedError } from "./route-errors.ts";

const attempt = (code: ErrorCode, retryable = false) => ({
  profile: "main",
  model: "m",
  error: new ProviderError("OpenAI", code, "it fails.", { retryable }),
});
const unasked = (code: ErrorCode) => ({ profile: "other", model: "m", why: "so it is", code });

describe("AllProvidersFailedError", () => {
  for (const [attempts, others, code, retryable] of [
    [[attempt("RESOURCE_EXHAUSTED", true)], [], "RESOURCE_EXHAUSTED", true],
    [[attempt("NOT_FOUND"), attempt("NOT_FOUND")], [], "NOT_FOUND", false],
    [[attempt("NOT_FOUND"), attempt("UNAVAILABLE", true)], [], "UNAVAILABLE", true],
    [[attempt("NOT_FOUND")], [unasked("UNAVAILABLE")], "NOT_FOUND", true],
    [[], [unasked("UNAVAILABLE"), unasked("INVALID_ARGUMENT")], "UNAVAILABLE", true],
    [[], [unasked("NOT_FOUND"), unasked("PERMISSION_DENIED")], "PERMISSION_DENIED", false],
    [[], [unasked("PERMISSION_DENIED"), unasked("INVALID_ARGUMENT")], "INVALID_ARGUMENT", false],
    [[], [unasked("NOT_FOUND")], "NOT_FOUND", false],
    [[], [unasked("DEADLINE_EXCEEDED"), unasked("NOT_FOUND")], "DEADLINE_EXCEEDED", true],
    [[], [], "NOT_FOUND", false],
  ] as const) {
    const codes = [...attempts.map(({ error }) => error.code), ...others.map((each) => each.code)];
    it(`is ${code} after ${attempts.length} attempts of [${codes}]`, () => {
      const error = new AllProvidersFailedError("poets", attempts, others);
      assert.equal(error.code, code);
      assert.equal(error.retryable, retryable);
      assert.equal(error.attempts, attempts);
    });
  }

  it("says what came of everybody, the same only once, and what to do", () => {
    const attempts = [attempt("UNAVAILABLE"), attempt("UNAVAILABLE")];
    const error = new AllProvidersFailedError("poets", attempts, [unasked("UNAVAILABLE")]);
    assert.equal(
      error.message,
      'Route "poets" gave no answer. main/m: OpenAI: it fails (2 times); other/m: not asked, so it is. "arena route explain poets" shows its plan.',
    );
  });

  it("has the participant's sentence that all attempts share, else that of its code", () => {
    const tooLong = new ProviderError("OpenAI", "INVALID_ARGUMENT", "too long.", {
      participantText: "This has become too long.",
    });
    const shared = [{ profile: "p", model: "m", error: tooLong }];
    const text = new AllProvidersFailedError("r", shared, []).participantText;
    assert.equal(text, "This has become too long.");
    const mixed = [...shared, attempt("UNAVAILABLE")];
    assert.match(new AllProvidersFailedError("r", mixed, []).participantText, /cannot be reached/);
    const { participantText } = new AllProvidersFailedError("r", [], [unasked("NOT_FOUND")]);
    assert.match(participantText, /not set up/);
    const resting = new AllProvidersFailedError("r", [], [unasked("UNAVAILABLE")]);
    assert.match(resting.participantText, /cannot be reached/);
  });
});

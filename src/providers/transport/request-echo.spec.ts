import assert from "node:assert/strict";
import { repeatsRequest } from "./request-echo.ts";

describe("repeatsRequest", () => {
  const text = "My name is Aino and I am from Espoo, which nobody should know.";
  const messages = [
    { role: "system", content: "Be kind." },
    { role: "user", content: [{ type: "text" as const, text }] },
  ];

  it("finds a whole text, and some of its words in a row", () => {
    assert.ok(repeatsRequest('cannot parse "Be kind."', messages));
    assert.ok(repeatsRequest("template error near 'Aino and I am' from Esp", messages));
  });

  it("lets words of the vendor's own pass", () => {
    assert.ok(!repeatsRequest("model requires more system memory than is available", messages));
    assert.ok(!repeatsRequest("", messages));
    assert.ok(!repeatsRequest("this is something else", [{ role: "user", content: "hi" }]));
    assert.ok(repeatsRequest("cannot parse 'hi'", [{ role: "user", content: "Hi!" }]));
    assert.ok(!repeatsRequest("anything", [{ role: "user", content: " " }]));
  });

  it("takes no risk and no time with a very long request", () => {
    assert.ok(repeatsRequest("anything", [{ role: "user", content: "x".repeat(1_000_000) }]));
  });
});

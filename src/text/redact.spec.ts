import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, redactForeign } from "./redact.ts";

const key = "sk-production-8Zk2/Qw7x+Tr9Lm3c";

describe("redact", () => {
  const letters = [..."abcdefXYZ0189-_/+="];
  const keys = fc.string({ minLength: 16, maxLength: 80, unit: fc.constantFrom(...letters) });

  it("takes out every part of 8 characters, in each of the usual encodings", () => {
    const encodings: Readonly<Record<string, (text: string) => string>> = {
      plain: (text) => text,
      "in other case": (text) => text.toUpperCase(),
      percent: encodeURIComponent,
      "percent, all of it": (text) => text.replace(/./gs, (it) => `%${hex(it)}`),
      hex,
      HEX: (text) => hex(text).toUpperCase(),
      base64: (text) => Buffer.from(text).toString("base64"),
      base64url: (text) => Buffer.from(text).toString("base64url"),
    };
    const surroundings = fc.constantFrom("", "u", "me", "user:", "Bearer ", "%", "\u{1F600}");
    for (const [name, encode] of Object.entries(encodings)) {
      fc.assert(
        fc.property(keys, fc.nat(), fc.nat(), surroundings, (secret, start, more, before) => {
          const from = start % (secret.length - 7);
          const part = secret.slice(from, from + 8 + (more % 20));
          const clean = redact(`it said ${encode(`${before}${part}`)}.`, [secret]);
          assert.match(clean, /\[secret\]/, name);
          assert.equal(clean.includes(encode(part)), false, name);
          const undone = clean.replaceAll(/%([0-9A-F]{2})/g, (_, code) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          );
          assert.equal(undone.includes(part), false, name);
        }),
        { numRuns: 60 },
      );
    }
  });

  it("takes out a key in pieces, and in a header of user and key", () => {
    const said = `${key.slice(0, 9)} ${key.slice(9, 18)}, then ${key.slice(18)}`;
    assert.equal(redact(said, [key]), "[secret] [secret], then [secret]");
    for (const user of ["", "a:", "ab:", "abc:"]) {
      const basic = Buffer.from(`${user}${key}`).toString("base64");
      const clean = redact(`Authorization: Basic ${basic}`, [key]);
      const left = clean.replace("[secret]", "").slice("Authorization: Basic ".length);
      // What the user's name and the padding fill, and a character of both at each end.
      assert.ok(left.length <= Math.ceil((user.length * 4) / 3) + 4, clean);
    }
  });

  it("leaves other words alone, and those that a key happens to hold", () => {
    for (const words of [
      "The Production deployment is overloaded; ask again in production mode",
      "no model gpt-4o-2024-11-20 at https://api.example.org/v1/chat/completions",
      "request 8f1c2d3e-0000-4a5b-9c8d-7e6f5a4b3c2d of 1767139200000 failed with 50000000 tokens",
    ]) {
      assert.equal(redact(words, [key]), words);
    }
    assert.equal(redact("a staple", ["staple"]), "a [secret]");
    // A key of words alone has nothing else that could give it away.
    assert.equal(redact("batterystaple", ["correct-batterystaple"]), "[secret]");
    assert.equal(redact("reproductions", [key]), "re[secret]s");
    assert.equal(redact("anything", [""]), "anything");
  });

  it("does not compare each character with each", () => {
    // Forty thousand million comparisons would not end within a test's time.
    const clean = redact("%4aab".repeat(40_000), ["ab%4a".repeat(40_000)]);
    assert.equal(clean, "[secret]");
  });
});

describe("redactForeign", () => {
  it("takes out keys, parts of keys, masked keys and images, and leaves the rest", () => {
    assert.equal(
      redactForeign("no model gpt-4o at all", ["abcdefgh1234"]),
      "no model gpt-4o at all",
    );
    assert.equal(redactForeign("key 'abcdefgh1234'.", ["abcdefgh1234"]), "key '[secret]'.");
    assert.equal(redactForeign("starts abcdef…", ["abcdefgh1234"]), "starts [secret]");
    assert.equal(redactForeign("ends …gh1234", ["abcdefgh1234"]), "ends [secret]");
    assert.equal(redactForeign("not sk-proj-1234567890", []), "not [secret]");
    assert.equal(redactForeign("not ab****yz", []), "not [secret]");
    assert.equal(redactForeign("bad data:image/png;base64,AAAA", []), "bad [data]");
  });

  it("never lets a key through, wherever it stands", () => {
    const key = fc.string({ minLength: 8, maxLength: 60, unit: fc.constantFrom(..."aB3-_. ") });
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, head, tail) => {
        const clean = redactForeign(`${head}${secret}${tail}`, [secret]);
        assert.ok(!clean.includes(secret) || "[secret]".includes(secret));
        assert.ok(clean.length <= 300);
      }),
    );
  });
});

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

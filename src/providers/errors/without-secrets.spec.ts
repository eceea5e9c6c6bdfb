import assert from "node:assert/strict";
import fc from "fast-check";
import { withoutSecrets } from "./without-secrets.ts";

describe("withoutSecrets", () => {
  it("takes out keys, parts of keys, masked keys and images, and leaves the rest", () => {
    assert.equal(
      withoutSecrets("no model gpt-4o at all", ["abcdefgh1234"]),
      "no model gpt-4o at all",
    );
    assert.equal(withoutSecrets("key 'abcdefgh1234'.", ["abcdefgh1234"]), "key '[secret]'.");
    assert.equal(withoutSecrets("starts abcdef…", ["abcdefgh1234"]), "starts [secret]");
    assert.equal(withoutSecrets("ends …gh1234", ["abcdefgh1234"]), "ends [secret]");
    assert.equal(withoutSecrets("not sk-proj-1234567890", []), "not [secret]");
    assert.equal(withoutSecrets("not ab****yz", []), "not [secret]");
    assert.equal(withoutSecrets("bad data:image/png;base64,AAAA", []), "bad [data]");
  });

  it("never lets a key through, wherever it stands", () => {
    const key = fc.string({ minLength: 8, maxLength: 60, unit: fc.constantFrom(..."aB3-_. ") });
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, head, tail) => {
        const clean = withoutSecrets(`${head}${secret}${tail}`, [secret]);
        assert.ok(!clean.includes(secret) || "[secret]".includes(secret));
        assert.ok(clean.length <= 300);
      }),
    );
  });
});

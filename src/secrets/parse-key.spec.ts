import assert from "node:assert/strict";
import { parseKey } from "./parse-key.ts";
import { parseReference } from "./parse-reference.ts";

describe("parseKey", () => {
  const valid = [
    ["{Azure:MajordomoAIKey:OpenAI}", "Azure", ["MajordomoAIKey", "OpenAI"], null],
    ["{AWS:llm/keys:OPENAI_API_KEY}", "AWS", ["llm/keys"], "OPENAI_API_KEY"],
    ["{AWS:eu-north-1:llm/keys:open ai}", "AWS", ["eu-north-1", "llm/keys"], "open ai"],
    ["{AWS:us-gov-west-1:keys:a}", "AWS", ["us-gov-west-1", "keys"], "a"],
    ["{Env:OPENAI_API_KEY}", "Env", ["OPENAI_API_KEY"], null],
    ["{File:/run/secrets/open ai:1}", "File", ["/run/secrets/open ai:1"], null],
    ["{Vault:secret/team/openai:key}", "Vault", ["secret/team/openai"], "key"],
  ] as const;

  for (const [text, scheme, address, key] of valid) {
    it(`reads ${text}`, () => {
      const reference = { scheme, address: [...address], key, description: text };
      assert.deepEqual(parseKey(text), { kind: "reference", reference });
      assert.deepEqual(parseKey(` \n\uFEFF${text}\t`), { kind: "reference", reference });
    });
  }

  const problems = [
    ["{", /no closing brace/],
    ["{Azure:canary:canary", /no closing brace/],
    [" \t{AWS:canary:canary", /no closing brace/],
    ["{}", /nothing between its braces/],
    ["{ }", /nothing between its braces/],
    ["{{Env:CANARY}}", /two braces/],
    ["{Env:{CANARY}}", /second opening brace/],
    ["{Env:CANARY} canary", /goes on after its closing brace/],
    ["{Env:CANARY}}", /goes on after its closing brace/],
    ['{"key": "canary"}', /is JSON where a reference was expected/],
    ["{canary}", /scheme that is not known; expected \{Azure:Vault:Key\}, \{AWS:Secret:Key\}/],
    ["{GCP:canary:canary}", /scheme that is not known; expected/],
    ["{AWS}", /has nothing after AWS; expected \{AWS:Secret:Key\}, \{AWS:Region:Secret:Key\}$/],
    ["{env}", /is not complete; expected \{Env:NAME\}$/],
    ["{Env:}", /has nothing after Env; expected \{Env:NAME\}$/],
    ["{aws:canary:canary}", /must begin with \{AWS: in exactly these letters/],
    ["{AZURE:canary:canary}", /must begin with \{Azure: in exactly these letters/],
    ["{ Env:CANARY}", /must begin with \{Env: in exactly these letters/],
    ["{Azur:canary:canary}", /did you mean \{Azure:\?/],
    ["{AzureKeyVault:canary:canary}", /did you mean \{Azure:\?/],
    ["{Environment:CANARY}", /did you mean \{Env:\?/],
    ["{Flie:/canary}", /did you mean \{File:\?/],
    ["{AWS:canary}", /names a whole secret, which keysFrom takes; one key was expected: \{AWS:Sec/],
    ["{AWS:a:b:c:canary}", /has 5 parts between its colons; expected \{AWS:Secret:Key\}, \{AWS:R/],
    ["{Azure:canary}", /has 2 parts between its colons; expected \{Azure:Vault:Key\}$/],
    ["{Azure:can:ary:canary}", /has 4 parts/],
    ["{Vault:canary}", /has 2 parts between its colons; expected \{Vault:path:key\}$/],
    ["{AWS:arn:aws:secretsmanager:eu-west-1:123:secret:canary-AbCdEf:key}", /holds an ARN/],
    ["{AWS::canary}", /its Secret \(part 2 of \{AWS:Secret:Key\}\) is empty/],
    ["{AWS:canary:}", /its Key \(part 3 of \{AWS:Secret:Key\}\) is empty/],
    ["{AWS: :canary:canary}", /its Region \(part 2 of \{AWS:Region:Secret:Key\}\) is empty/],
    ["{AWS:canary : canary}", /its Secret \(part 2 .*\) begins or ends with white space/],
    ["{AWS:EU:canary:canary}", /its Region .* is not valid; expected a region such as eu-north-1/],
    ["{AWS:evil.example/#:canary:canary}", /its Region .* is not valid/],
    ["{AWS:can ary:canary}", /its Secret .* is not valid/],
    ["{Azure:evil.example/:canary}", /its Vault .* is not valid; expected a key vault's name/],
    ["{Azure:can--ary:canary}", /its Vault .* is not valid/],
    ["{Azure:canary:can_ary}", /its Key .* is not valid; expected a secret's name/],
    ["{Env:CAN-ARY}", /its NAME .* is not valid; expected a variable's name/],
    ["{File:canary.txt}", /its \/path .* is not valid; expected the whole path/],
    ["{Vault:canary:key}", /its path .* is not valid; expected a mount and a path within it/],
    ["{Vault:secret/../canary:key}", /its path .* is not valid/],
    ["{Vault:/secret/canary:key}", /its path .* is not valid/],
    ["{Vault:v1/secret/canary:key}", /its path .* is not valid/],
    ["", /is empty; a key was expected/],
    [" \n", /is empty/],
    ["canary\ncanary", /control or invisible character \(U\+000A\) as character 7 of 13/],
    ["\u200B{Env:CANARY}", /invisible character \(U\+200B\) as character 1/],
    ["canary\u0000", /\(U\+0000\)/],
    ["Bearer {Env:CANARY}", /a reference must be the whole text/],
    ["'{aws:canary:canary}'", /a reference must be the whole text/],
  ] as const;

  for (const [text, expected] of problems) {
    it(`says what is wrong with ${JSON.stringify(text)}, and does not repeat it`, () => {
      const parsed = parseKey(text);
      assert.equal(parsed.kind, "problem");
      assert.ok(parsed.kind === "problem");
      assert.match(parsed.message, expected);
      assert.doesNotMatch(parsed.message, /canary|evil/i);
    });
  }

  it("takes any other text as the key itself, without the white space around it", () => {
    for (const text of ["sk-canary", " sk-canary\n", "a{b}c", "$" + "{CANARY}"]) {
      const parsed = parseKey(text);
      assert.ok(parsed.kind === "text");
      assert.equal(parsed.secret.reveal(), text.trim());
      assert.doesNotMatch(JSON.stringify(parsed), /canary/);
    }
  });
});

describe("parseReference to a whole secret", () => {
  it("reads {AWS:Secret}", () => {
    const description = "{AWS:llm/keys}";
    const reference = { scheme: "AWS", address: ["llm/keys"], key: null, description };
    assert.deepEqual(parseReference(description, "keys"), { kind: "reference", reference });
  });

  for (const [text, expected] of [
    ["canary", /is no reference; expected \{AWS:Secret\}$/],
    ["", /is no reference; expected \{AWS:Secret\}$/],
    [
      "{AWS:canary:canary}",
      /names one key; a whole secret with several was expected: \{AWS:Secret\}/,
    ],
    ["{Env:CANARY}", /names one key; a whole secret with several was expected: \{AWS:Secret\}/],
    ["{aws:canary}", /must begin with \{AWS: in exactly these letters/],
    ["{AWS:a:b:c:d}", /has 5 parts between its colons; expected \{AWS:Secret\}$/],
    ["{Vault:secret/canary}", /expected \{AWS:Secret\}/],
    ['{"OPENAI_API_KEY": "canary"}', /is JSON where a reference was expected/],
  ] as const) {
    it(`says what is wrong with ${JSON.stringify(text)}`, () => {
      const parsed = parseReference(text, "keys");
      assert.ok(parsed.kind === "problem");
      assert.match(parsed.message, expected);
      assert.doesNotMatch(parsed.message, /canary/i);
    });
  }
});

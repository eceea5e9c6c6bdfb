import assert from "node:assert/strict";
import { ConfigurationError } from "../errors/arena-error.ts";
import { readEnvironment } from "./environment.ts";

const read = (variables: Record<string, string>) => readEnvironment(() => [], variables);

function problemsOf(
  variables: Record<string, string>,
  check?: Parameters<typeof readEnvironment>[0],
) {
  try {
    readEnvironment(check, variables);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems;
  }
  return assert.fail("expected a ConfigurationError");
}

describe("readEnvironment", () => {
  it("runs with nothing set", () => {
    const settings = read({});
    assert.equal(settings.MODEL, "echo");
    assert.equal(settings.GRPC_PORT, 8061);
    assert.equal(settings.HTTP_PORT, 8062);
    assert.equal(settings.QUEUE_URL, "sqlite:");
  });

  it("ARENA-4 reads MODEL_TO_USE, and MODEL before it", () => {
    assert.equal(read({ MODEL_TO_USE: "openai" }).MODEL, "openai");
    assert.equal(read({ MODEL_TO_USE: "openai", MODEL: "azure" }).MODEL, "azure");
    assert.equal(read({ MODEL_TO_USE: "openai", MODEL: "" }).MODEL, "openai");
  });

  it("counts an empty value as not set, as compose files leave them", () => {
    assert.equal(read({ MAX_QUEUE: "", OPENAI_API_KEY: " " }).OPENAI_API_KEY, undefined);
  });

  it("reads flags in the words that people use", () => {
    for (const word of ["true", "1", "yes", "on", "TRUE"]) {
      assert.equal(read({ LOG_CONTENT: word }).LOG_CONTENT, true);
    }
    for (const word of ["false", "0", "no", "off"]) {
      assert.equal(read({ GRPC_REFLECTION: word }).GRPC_REFLECTION, false);
    }
  });

  it("names every problem at once, each with variable, expectation and what came", () => {
    const problems = problemsOf({
      GRPC_PORT: "eighty",
      HTTP_PORT: "65536",
      MAX_QUEUE: "0",
      MAX_CONCURRENCY: "1.5",
      REQUEST_TIMEOUT_MS: "-1",
      GRPC_STATUS_MODE: "loose",
      LOG_CONTENT: "maybe",
      LOG_LEVEL: "loud",
      OPENAI_BASE_URL: "localhost",
      OPENAI_SYSTEM_ROLE: "boss",
      TLS_CERT_FILE: "no-such.pem",
    });
    const text = problems.map(({ name, message }) => `${name}: ${message}`).join("\n");
    for (const expected of [
      /^GRPC_PORT: expected a whole number, got "eighty"$/m,
      /^HTTP_PORT: expected 65535 or less, got "65536"$/m,
      /^MAX_QUEUE: expected 1 or more, got "0"$/m,
      /^MAX_CONCURRENCY: expected a whole number, got "1.5"$/m,
      /^REQUEST_TIMEOUT_MS: expected 1 or more/m,
      /^GRPC_STATUS_MODE: expected arena or strict/m,
      /^LOG_CONTENT: expected true or false/m,
      /^LOG_LEVEL: expected debug, info/m,
      /^OPENAI_BASE_URL: expected a URL that begins with http/m,
      /^OPENAI_SYSTEM_ROLE: expected system, developer or user/m,
      /^TLS_CERT_FILE: no file at no-such.pem/m,
      /^TLS_KEY_FILE: not set although TLS_CERT_FILE is/m,
    ]) {
      assert.match(text, expected);
    }
    assert.equal(problems.length, 12);
  });

  it("shows no key that stands at the wrong variable", () => {
    const canary = "sk-canary-7Hq2Zx9Lm4Tv8Bn1";
    const pem = `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`;
    const problems = problemsOf({
      OPENAI_BASE_URL: canary,
      AZURE_OPENAI_ENDPOINT: "hunter2",
      AZURE_OPENAI_BASE_URL: `ftp://user:${canary}@host`,
      LOCAL_BASE_URL: canary,
      AZURE_OPENAI_KEY_HEADER: `api-key: ${canary}`,
      OPENAI_SYSTEM_ROLE: canary,
      LOG_CONTENT: "a\nb",
      TLS_CERT_FILE: Buffer.from(pem).toString("base64"),
      TLS_KEY_FILE: pem,
    });
    const text = problems.map(({ name, message }) => `${name}: ${message}`).join("\n");
    assert.doesNotMatch(text, /canary|hunter2|BEGIN|LS0tLS1C|"a/);
    assert.match(text, /^OPENAI_BASE_URL: expected a URL.* \(what was given is not shown\)$/m);
    assert.match(text, /^AZURE_OPENAI_KEY_HEADER: expected the name of an HTTP header alone/m);
    assert.match(text, /^TLS_KEY_FILE: no file at the path that was given; give the path/m);
    const deep = "/etc/arena/certificates/of/this/machine/and/others/server";
    const [problem] = problemsOf({ TLS_CERT_FILE: deep, TLS_KEY_FILE: "package.json" });
    assert.equal(problem?.message, `no file at ${deep}; give the path of a PEM file`);
    assert.equal(problems.length, 9);
  });

  it("adds what others find wrong, but not twice about one variable", () => {
    const check = () => [
      { name: "OPENAI_API_KEY", message: "not set" },
      { name: "GRPC_PORT", message: "not liked" },
    ];
    const names = problemsOf({ GRPC_PORT: "x" }, check).map(({ name }) => name);
    assert.deepEqual(names, ["GRPC_PORT", "OPENAI_API_KEY"]);
  });

  it("wants a certificate for mTLS", () => {
    const [problem] = problemsOf({ TLS_CLIENT_CA_FILE: import.meta.filename });
    assert.match(problem?.message ?? "", /without TLS_CERT_FILE and TLS_KEY_FILE/);
  });

  it("returns settings that nobody can change", () => {
    assert.ok(Object.isFrozen(read({})));
  });
});

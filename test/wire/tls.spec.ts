import assert from "node:assert/strict";
import { dirname } from "node:path";
import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { ArenaClient } from "../../src/client/arena-client.ts";
import { ConfigurationError } from "../../src/errors/arena-error.ts";
import { ScriptedModel } from "../../src/testing.ts";
import { question } from "../fixtures/questions.ts";
import { readTestPem, testPem } from "../fixtures/test-certificates.ts";
import { testResources } from "../fixtures/test-resources.ts";

describe("TLS", () => {
  const resources = testResources();
  /** TLS names a host by its name, never by its number. */
  const byName = (address: string) => address.replace("127.0.0.1", "localhost");
  const model = () => new ScriptedModel({ answer: "privately" });
  const tls = { TLS_CERT_FILE: testPem("server.pem"), TLS_KEY_FILE: testPem("server.key") };
  const mutual = { ...tls, TLS_CLIENT_CA_FILE: testPem("ca.pem") };
  const trust = credentials.createSsl(readTestPem("ca.pem"));
  const shows = (name: string) =>
    credentials.createSsl(
      readTestPem("ca.pem"),
      readTestPem(`${name}.key`),
      readTestPem(`${name}.pem`),
    );

  async function registers(
    settings: Readonly<Record<string, string>>,
    channel: ChannelCredentials,
  ): Promise<string> {
    const { address } = await resources.server(model(), { settings });
    return (await resources.connect(byName(address), {}, channel).registerModel()).code;
  }

  it("serves clients that trust the server's certificate", async () => {
    const { address } = await resources.server(model(), { settings: tls });
    const client = new ArenaClient({
      address: byName(address),
      tls: { rootCertificate: readTestPem("ca.pem") },
    });
    resources.use({ [Symbol.dispose]: () => client.close() });
    assert.equal((await client.ask("Who reads this?")).text, "privately");
  });

  it("is not trusted by clients that do not know who signed", async () => {
    assert.equal(await registers(tls, credentials.createSsl()), "UNAVAILABLE");
  });

  it("does not serve plaintext beside it", async () => {
    assert.equal(await registers(tls, credentials.createInsecure()), "UNAVAILABLE");
  });

  it("ARENA-3 is off without its settings", async () => {
    assert.equal(await registers({}, credentials.createInsecure()), "OK");
    assert.equal(await registers({}, trust), "UNAVAILABLE");
  });

  it("takes no certificate from clients where none is asked for", async () => {
    assert.equal(await registers(tls, shows("stranger")), "OK");
  });

  it("serves clients with a signed certificate (mTLS)", async () => {
    const { address } = await resources.server(model(), { settings: mutual });
    const client = resources.connect(byName(address), {}, shows("client"));
    const stream = resources.connect(byName(address), {}, shows("client")).answers();
    assert.equal((await client.registerModel()).code, "OK");
    assert.equal((await client.registerModel()).code, "OUT_OF_RANGE");
    await client.predict(question("1"));
    assert.equal((await stream.answer("1")).json.text, "privately");
  });

  it("refuses clients without a certificate (mTLS)", async () => {
    assert.equal(await registers(mutual, trust), "UNAVAILABLE");
  });

  it("refuses clients whose certificate somebody else signed (mTLS)", async () => {
    assert.equal(await registers(mutual, shows("stranger")), "UNAVAILABLE");
  });

  it("refuses plaintext (mTLS)", async () => {
    assert.equal(await registers(mutual, credentials.createInsecure()), "UNAVAILABLE");
  });

  const wrong: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
    "a key of another certificate": [
      { ...tls, TLS_KEY_FILE: testPem("stranger.key") },
      /TLS_KEY_FILE/,
    ],
    "a file that is not there": [
      { ...tls, TLS_CERT_FILE: `${testPem("server.pem")}.old` },
      /TLS_CERT_FILE.*server\.pem\.old/,
    ],
    "a folder": [{ ...tls, TLS_CERT_FILE: dirname(testPem("server.pem")) }, /TLS_CERT_FILE/],
    "a file that is no PEM": [{ ...tls, TLS_CERT_FILE: testPem("make.sh") }, /TLS_CERT_FILE/],
    "a key in the certificate's place": [
      { TLS_CERT_FILE: testPem("server.key"), TLS_KEY_FILE: testPem("server.pem") },
      /TLS_CERT_FILE/,
    ],
    "a certificate without its key": [
      { TLS_CERT_FILE: testPem("server.pem") },
      /TLS_KEY_FILE.*TLS_CERT_FILE/,
    ],
    "an authority without a certificate": [
      { TLS_CLIENT_CA_FILE: testPem("ca.pem") },
      /TLS_CLIENT_CA_FILE/,
    ],
    "an authority that is no PEM": [
      { ...tls, TLS_CLIENT_CA_FILE: testPem("make.sh") },
      /TLS_CLIENT_CA_FILE/,
    ],
    "an authority that is a key": [
      { ...tls, TLS_CLIENT_CA_FILE: testPem("server.key") },
      /TLS_CLIENT_CA_FILE/,
    ],
  };
  for (const [name, [settings, says]] of Object.entries(wrong)) {
    it(`does not start with ${name}, and names the variable`, async () => {
      await assert.rejects(resources.server(model(), { settings }), (error) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /PRIVATE KEY/);
        return true;
      });
    });
  }
});

import assert from "node:assert/strict";
import { splitAddress, withAddressKeys } from "./address-keys.ts";

describe("splitAddress", () => {
  it("leaves an address without keys as it was written", () => {
    for (const address of [
      "",
      "http://localhost:11434/v1",
      "https://gateway.example/{deployment}/a@b:c",
      "http://[fd00::1]:8000",
    ]) {
      assert.deepEqual(splitAddress(address), { address, keys: null });
    }
  });

  it("takes away what may hold a key, wherever people put it", () => {
    for (const [written, address, ...secrets] of [
      ["https://h/v1?api_key=canary-key", "https://h/v1", "canary-key"],
      ["https://h?canary-key", "https://h", "canary-key"],
      ["https://h/v1?a=1&k=can%2Fary/%40key#x", "https://h/v1", "can%2Fary/%40key", "can/ary/@key"],
      ["https://canary-key@h:8/v1", "https://h:8/v1", "canary-key"],
      ["HTTPS://us:pass%40word@h/{deployment}?x", "HTTPS://h/{deployment}", "pass@word"],
      ["https://a:b@c:canary-key@h/v1", "https://h/v1", "b@c:canary-key"],
      ["https:\\\\u:canary-key@h\\v1", "https:\\\\h\\v1", "canary-key"],
      ["https://h/v1#canary-key", "https://h/v1"],
    ] as const) {
      const split = splitAddress(written);
      assert.equal(split.address, address);
      for (const secret of secrets) assert.ok(split.keys?.secrets.includes(secret), written);
    }
  });

  it("knows what is no secret: versions, and what stands in ordinary words", () => {
    const { keys } = splitAddress("https://h/v1?api-version=2024-10-21&v=beta");
    assert.deepEqual(keys?.secrets, []);
  });

  it("has the address's own parameters sent, and user and password unless a key is", async () => {
    const sent: Request[] = [];
    const record: typeof fetch = async (input, init) => {
      sent.push(new Request(input, init));
      return new Response();
    };
    const { keys } = splitAddress("https://me:p%C3%A4ss@h/v1?k=a%26b&v=1&v=2");
    assert.ok(keys);
    const send = withAddressKeys(record, keys);
    await send("https://h/v1/models?v=0&page=3");
    await send(new Request("https://h/v1/chat", { method: "POST", body: "{}" }), {
      headers: { authorization: "Bearer key" },
    });
    assert.deepEqual(
      sent.map(({ url, method }) => [method, url]),
      [
        ["GET", "https://h/v1/models?page=3&k=a%26b&v=1&v=2"],
        ["POST", "https://h/v1/chat?k=a%26b&v=1&v=2"],
      ],
    );
    const basic = `Basic ${Buffer.from("me:päss").toString("base64")}`;
    assert.deepEqual(
      sent.map(({ headers }) => headers.get("authorization")),
      [basic, "Bearer key"],
    );
  });
});

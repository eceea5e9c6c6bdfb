import assert from "node:assert/strict";
import { HttpStandIn, serverSentEvents } from "../../test/fixtures/http-stand-in.ts";
import { spoken } from "../../test/fixtures/openai-events.ts";
import {
  accessTo,
  eventsOf,
  FixedKeys,
  failureOf,
} from "../../test/fixtures/provider-questions.ts";
import { SecretError } from "../errors/route-errors.ts";
import type { Secret } from "../secrets/secret.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import type { Provider } from "./provider.ts";
import { createOpenAI } from "./vendors/openai.ts";

describe("a call whose key was refused", () => {
  const { signal } = new AbortController();
  let vendor: HttpStandIn;
  let refused: string[];

  beforeEach(async () => {
    vendor = await HttpStandIn.start();
    refused = [];
  });

  afterEach(() => vendor.close());

  /** Who has the key that `get` tells. */
  function withKeys(get: () => Promise<Secret>): Provider {
    const source: SecretSource = {
      description: "{Env:X}",
      get,
      refused: (secret) => void refused.push(secret.reveal()),
    };
    return createOpenAI(accessTo("openai", { baseUrl: `${vendor.origin}/v1` }, source));
  }

  const renewed = () => withKeys(() => new FixedKeys(refused.length === 0 ? "old" : "new").get());
  const sent = () => vendor.requests.map(({ headers }) => headers.authorization);

  it("is made again with the new one, if the vault has one", async () => {
    vendor.reply({ status: 401, body: {} }, { body: serverSentEvents(spoken("Hello")) });
    const [first] = await eventsOf(renewed(), "gpt-4o");
    assert.deepEqual(first, { type: "text", text: "Hello" });
    assert.deepEqual(sent(), ["Bearer old", "Bearer new"]);
    assert.deepEqual(refused, ["old"]);
  });

  it("is made again with the new one when it asks for models, too", async () => {
    vendor.reply({ status: 401, body: {} }, { body: { data: [{ id: "gpt-4o" }] } });
    assert.deepEqual(await renewed().listModels?.({ signal }), ["gpt-4o"]);
    assert.deepEqual(sent(), ["Bearer old", "Bearer new"]);
  });

  it("is made again once, and not with a third key", async () => {
    vendor.reply({ status: 401, body: {} }, { status: 401, body: {} });
    const provider = withKeys(() => new FixedKeys(`key-${refused.length}`).get());
    assert.equal((await failureOf(provider, "gpt-4o")).code, "UNAUTHENTICATED");
    assert.deepEqual(sent(), ["Bearer key-0", "Bearer key-1"]);
  });

  it("fails where the vault has the same key still", async () => {
    vendor.reply({ status: 401, body: {} });
    const { code } = await failureOf(
      withKeys(() => new FixedKeys("old").get()),
      "gpt-4o",
    );
    assert.equal(code, "UNAUTHENTICATED");
    assert.deepEqual(sent(), ["Bearer old"]);
  });

  it("fails with the refusal where the vault cannot tell a newer one", async () => {
    vendor.reply({ status: 401, body: {} });
    const provider = withKeys(() =>
      refused.length === 0
        ? new FixedKeys("old").get()
        : Promise.reject(new SecretError("{Env:X}", "away", "no answer.")),
    );
    assert.equal((await failureOf(provider, "gpt-4o")).code, "UNAUTHENTICATED");
  });

  it("is not made again where it was refused for another reason", async () => {
    vendor.reply({ status: 403, body: {} });
    await failureOf(renewed(), "gpt-4o");
    assert.deepEqual([sent(), refused], [["Bearer old"], []]);
  });
});

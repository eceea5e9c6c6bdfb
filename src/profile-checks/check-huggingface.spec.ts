import assert from "node:assert/strict";
import { examine, findingOf, markedKey, verdictsOf } from "../../test/fixtures/examine.ts";
import { type HttpReply, HttpStandIn } from "../../test/fixtures/http-stand-in.ts";
import type { Profile } from "../providers/catalogue.ts";

const open = "Qwen/Qwen2.5-7B-Instruct";
const gated = "meta-llama/Llama-3.1-8B-Instruct";

describe("arena doctor profiles at Hugging Face", () => {
  let hub: HttpStandIn;
  let whoami: HttpReply;
  let files: Readonly<Record<string, HttpReply>>;
  before(async () => {
    hub = await HttpStandIn.start(({ method, path }) => {
      if (path === "/api/whoami-v2") return whoami;
      if (path === "/v1/models") return { body: { data: [{ id: open }, { id: gated }] } };
      return (method === "HEAD" && files[path]) || { status: 404, body: "" };
    });
  });
  after(() => hub[Symbol.asyncDispose]());
  beforeEach(() => {
    hub.requests.length = 0;
    whoami = { body: { name: "ada", auth: { accessToken: { role: "fineGrained" } } } };
    files = { [`/${open}/resolve/main/config.json`]: { status: 307, body: "" } };
  });

  const profile: Profile = {
    name: "hub",
    provider: "huggingface",
    accessInfo: {},
    accessKey: markedKey,
    allowedModels: [open],
  };
  /** Without a stop at the router, which is the real one; an endpoint of one's own has no gate to pass. */
  const own = () => ({ ...profile, accessInfo: { baseUrl: `${hub.origin}/v1` } });
  const atHub = () => ({ HF_ENDPOINT: hub.origin });

  it("asks the hub whose token it is, and the endpoint for its models", async () => {
    const findings = await examine(own(), atHub());
    assert.deepEqual(verdictsOf(findings), [
      "reference: ok",
      "key: ok",
      "models: ok",
      `model ${open}: ok`,
    ]);
    assert.equal(
      findingOf(findings, "key").detail,
      "taken; whoami says ada, a token of the kind fineGrained",
    );
    assert.equal(hub.requests[0]?.headers.authorization, `Bearer ${markedKey}`);
  });

  describe("behind the router", () => {
    const { fetch } = globalThis;
    beforeEach(() => {
      globalThis.fetch = (input, init) =>
        fetch(String(input).replace("https://router.huggingface.co", hub.origin), init);
    });
    afterEach(() => {
      globalThis.fetch = fetch;
    });

    it("looks whether gated models may be read with the token", async () => {
      files = { ...files, [`/${gated}/resolve/main/config.json`]: { status: 403, body: "" } };
      const allowedModels = [open, `${gated}:fastest`, "Qwen/*"];
      const findings = await examine({ ...profile, allowedModels }, atHub());
      assert.deepEqual(verdictsOf(findings), [
        "reference: ok",
        "key: ok",
        `access ${open}: ok`,
        `access ${gated}:fastest: problem`,
        "models: ok",
        `model ${open}: ok`,
        `model ${gated}:fastest: ok`,
        "models Qwen/*: ok",
      ]);
    });
  });

  it("names a token that the hub does not take, and asks no more", async () => {
    whoami = { status: 401, body: { error: `Invalid token ${markedKey}` } };
    const findings = await examine(own(), atHub());
    const { verdict, remedy } = findingOf(findings, "key");
    assert.equal(verdict, "problem");
    assert.match(remedy ?? "", /the token alone, hf_/);
    assert.equal(hub.requests.length, 1);
  });

  it("tells no token that the hub repeats as a name", async () => {
    whoami = { body: { name: markedKey } };
    assert.match(findingOf(await examine(own(), atHub()), "key").detail, /\[secret\]/);
  });

  it("warns when the hub fails", async () => {
    whoami = { status: 503, body: "" };
    assert.equal(findingOf(await examine(own(), atHub()), "key").verdict, "warning");
  });
});

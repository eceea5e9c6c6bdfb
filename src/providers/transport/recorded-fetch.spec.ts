import assert from "node:assert/strict";
import { useHttpStandIn } from "../../../test/fixtures/http-stand-in.ts";
import { recordFetch } from "./recorded-fetch.ts";

describe("recordFetch", () => {
  const vendor = useHttpStandIn();

  it("ends with its call, also under an SDK that passes no signal on", async () => {
    for (const reply of [{ ending: "hang" }, { body: { a: 1 }, ending: "hang" }] as const) {
      vendor().reset();
      vendor().reply(reply);
      const call = new AbortController();
      const { fetch: send } = recordFetch(fetch, call.signal, "Vendor");
      const text = send(vendor().origin).then((response) => response.text());
      const rejected = assert.rejects(text, /left/);
      await vendor().received(1);
      call.abort(new Error("left"));
      await Promise.all([vendor().last.closed, rejected]);
    }
  });

  it("ends with the SDK's own signal, too", async () => {
    vendor().reset();
    vendor().reply({ ending: "hang" });
    const own = new AbortController();
    const { fetch: send } = recordFetch(fetch, new AbortController().signal, "Vendor");
    const rejected = assert.rejects(send(vendor().origin, { signal: own.signal }), /left/);
    await vendor().received(1);
    own.abort(new Error("left"));
    await Promise.all([vendor().last.closed, rejected]);
  });

  it("tells when the status is there, and not before", async () => {
    vendor().reset();
    const headers = { "content-type": "text/event-stream" };
    vendor().reply({ ending: "hang" }, { headers, body: "", ending: "hang" });
    let opened = 0;
    const call = new AbortController();
    const { fetch: send } = recordFetch(fetch, call.signal, "Vendor", () => {
      opened += 1;
    });
    const rejected = assert.rejects(send(vendor().origin), /left/);
    await vendor().received(1);
    assert.equal(opened, 0);
    await send(vendor().origin);
    assert.equal(opened, 1);
    call.abort(new Error("left"));
    await rejected;
  });

  it("remembers a refusal, and passes it on whole", async () => {
    vendor().reply({ status: 429, headers: { "retry-after": "7" }, body: { error: "slow down" } });
    const {
      fetch: send,
      refusal,
      hasBegun,
    } = recordFetch(fetch, new AbortController().signal, "Vendor");
    const response = await send(vendor().origin);
    assert.deepEqual(await response.json(), { error: "slow down" });
    assert.deepEqual([refusal()?.status, refusal()?.body], [429, '{"error":"slow down"}']);
    assert.equal(refusal()?.headers.get("retry-after"), "7");
    assert.equal(hasBegun(), false);
  });

  it("knows that an answer has begun, and forgets the refusal before it", async () => {
    vendor().reply({ status: 500, body: {} }, { body: { a: 1 } });
    const {
      fetch: send,
      refusal,
      hasBegun,
    } = recordFetch(fetch, new AbortController().signal, "Vendor");
    await send(vendor().origin);
    assert.deepEqual(await (await send(vendor().origin)).json(), { a: 1 });
    assert.deepEqual([refusal(), hasBegun()], [undefined, true]);
  });
});

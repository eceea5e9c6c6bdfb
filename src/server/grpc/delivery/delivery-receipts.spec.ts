import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { connect, createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Delivery } from "../../../queue/request-queue.ts";
import { sessionOf, streamOf } from "../connections/http2-session.ts";
import { createDeliveryReceipts } from "./delivery-receipts.ts";

function delivery(messageID: string): Delivery {
  return {
    sessionID: "s",
    messageID,
    answer: { text: "", outcome: "OK" },
    times: { receivedAt: 0, claimedAt: 0, answeredAt: 0 },
    repeated: false,
    done() {},
    again() {},
    release() {},
  };
}

describe("delivery receipts", () => {
  const acknowledged: string[] = [];
  const acknowledgements = new EventEmitter();
  const note = ({ messageID }: Delivery) => {
    acknowledged.push(messageID);
    acknowledgements.emit("one");
  };

  beforeEach(() => {
    acknowledged.length = 0;
  });

  it("take the write for the delivery where the session cannot be reached", () => {
    createDeliveryReceipts(null, note).written(delivery("1"));
    assert.deepEqual(acknowledged, ["1"]);
  });

  it("wait for the ping's acknowledgement, which covers all that was written before", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const sessions = once(server, "session");
    const client = connect(`http://127.0.0.1:${port}`);
    const [session]: ServerHttp2Session[] = await sessions;
    assert.ok(session);
    const receipts = createDeliveryReceipts(session, note);
    receipts.written(delivery("1"));
    receipts.written(delivery("2"));
    assert.deepEqual(acknowledged, []);
    while (acknowledged.length < 2) await once(acknowledgements, "one");
    assert.deepEqual(acknowledged, ["1", "2"]);
    client.destroy();
    server.close();
  });

  it("take the write for the delivery on a session that is closing and sends no pings", () => {
    const pings: unknown[] = [];
    const session = { destroyed: false, closed: true, ping: () => pings.push("ping") };
    const call = { stream: { session, destroyed: false } };
    createDeliveryReceipts(sessionOf(call), note).written(delivery("1"));
    assert.deepEqual([acknowledged, pings], [["1"], []]);
  });

  it("acknowledge nothing on a session that is gone", () => {
    const pings: unknown[] = [];
    const session = { destroyed: true, closed: true, ping: () => pings.push("ping") };
    const call = { call: { nextCall: { stream: { session, destroyed: false } } } };
    assert.equal(sessionOf(call), session);
    createDeliveryReceipts(sessionOf(call), note).written(delivery("1"));
    assert.deepEqual([acknowledged, pings], [[], []]);
  });
});

describe("sessionOf", () => {
  it("finds nothing, and fails nowhere, in a call that is made otherwise", () => {
    const circle: Record<string, unknown> = {};
    circle["call"] = circle;
    for (const call of [null, 1, {}, { stream: null }, { stream: { session: null } }, circle]) {
      assert.equal(sessionOf(call), null);
      assert.equal(streamOf(call), null);
    }
  });
});

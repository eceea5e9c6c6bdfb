import assert from "node:assert/strict";
import * as broken from "../../test/fixtures/containers/broken-containers.ts";
import {
  type Container,
  type ServedContainer,
  serveContainer,
} from "../../test/fixtures/containers/container.ts";
import { RightContainer, rightDefinition } from "../../test/fixtures/containers/right-container.ts";
import type { modelAnswer } from "../generated/model.ts";
import { ArenaClient, type ArenaClientOptions, NoAnswerError } from "./arena-client.ts";
import { RpcError } from "./rpc-error.ts";

describe("ArenaClient", () => {
  let served: ServedContainer;
  const clients: ArenaClient[] = [];

  async function connect(
    container: Container = new RightContainer(),
    options: Partial<ArenaClientOptions> = {},
  ): Promise<ArenaClient> {
    served = await serveContainer(container);
    return another(options);
  }

  function another(options: Partial<ArenaClientOptions> = {}): ArenaClient {
    const client = new ArenaClient({ address: served.address, ...options });
    clients.push(client);
    return client;
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await served[Symbol.asyncDispose]();
  });

  it("asks a question and finds its answer", async () => {
    const client = await connect();
    const answer = await client.ask("hello", { sessionID: "s", messageID: "m" });
    assert.equal(answer.text, "ready");
    assert.equal(answer.image, null);
    assert.equal(answer.error, undefined);
    assert.deepEqual(answer.raw, {
      answer: '{"text":"ready","image":null}',
      sessionID: "s",
      messageID: "m",
    });
    assert.ok(answer.answeredMs > 0);
  });

  it("ARENA-10 asks many questions at the same time over one stream", async () => {
    const client = await connect();
    const asked = Array.from({ length: 100 }, (_, index) =>
      client.ask("hello", { sessionID: "s", messageID: `${index}` }),
    );
    const answers = await Promise.all(asked);
    assert.deepEqual(
      answers.map(({ messageID }) => Number(messageID)),
      answers.map((_, index) => index),
    );
  });

  it("ARENA-18 gives an error answer as an answer", async () => {
    const client = await connect();
    const { error, text } = await client.exchange("not JSON");
    assert.equal(error?.code, "INVALID_ARGUMENT");
    assert.match(text, /^Sorry/);
  });

  it("ARENA-11 asks without a messageID", async () => {
    const client = await connect();
    const [first, second] = await Promise.all(
      [1, 2].map(() => client.ask("hi", { messageID: "" })),
    );
    assert.equal(first?.messageID, "");
    assert.equal(second?.messageID, "");
  });

  it("ARENA-6 registers once per connection, and each client has its own", async () => {
    const client = await connect();
    assert.deepEqual(await client.registerModel(), rightDefinition);
    await assert.rejects(client.registerModel(), { name: "RpcError", code: "OUT_OF_RANGE" });
    assert.deepEqual(await another().registerModel(), rightDefinition);
    assert.equal((await client.ask("hello")).text, "ready");
  });

  it("throws the status of a predict that is refused (ARENA-9)", async () => {
    const client = await connect(new broken.RefusingContainer());
    await assert.rejects(client.exchange("not JSON"), (error) => {
      assert.ok(error instanceof RpcError);
      assert.deepEqual(
        [error.rpc, error.code, error.details],
        ["predict", "INVALID_ARGUMENT", "the request is not JSON"],
      );
      return true;
    });
  });

  it("gives up after the timeout when no answer comes", async () => {
    const client = await connect(new broken.SilentContainer());
    await client.registerModel();
    await assert.rejects(client.ask("hello", { timeoutMs: 300 }), NoAnswerError);
  });

  it("ARENA-20 opens a stream again that ends at once, and not without a pause", async () => {
    const container = new NoStreams();
    const client = await connect(container);
    const begin = performance.now();
    const asking = client.ask("hello", { timeoutMs: 300 });
    await assert.rejects(asking, NoAnswerError);
    const tookMs = performance.now() - begin;
    assert.ok(container.openings > 1);
    assert.ok(container.openings <= tookMs / 20 + 2, `${container.openings} in ${tookMs} ms`);
  });

  it("stops waiting when the signal aborts", async () => {
    const client = await connect(new broken.SilentContainer());
    const stopping = new AbortController();
    const asking = client.ask("hello", { signal: stopping.signal });
    stopping.abort(new Error("enough"));
    await assert.rejects(asking, /enough/);
    await assert.rejects(client.ask("hello", { signal: stopping.signal }), /enough/);
  });

  it("stops waiting when it is closed", async () => {
    const client = await connect(new broken.SilentContainer());
    await client.registerModel();
    const asking = client.ask("hello");
    client.close();
    await assert.rejects(asking);
  });

  it("tells whose answer it was not", async () => {
    const { promise, resolve } = Promise.withResolvers<modelAnswer>();
    const client = await connect(new broken.AnonymousContainer(), { onStrayAnswer: resolve });
    const asking = client.ask("hello", { timeoutMs: 500 });
    assert.deepEqual((await promise).sessionID, "");
    client.close();
    await assert.rejects(asking);
  });

  it("fails the question when the stream ends with an error, and opens another for the next", async () => {
    const client = await connect(new broken.VerboseContainer(), { receiveLimitBytes: 4194304 });
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } } as const;
    const asking = client.ask([{ role: "user", content: [image] }]);
    await assert.rejects(asking, { rpc: "sendPrediction", code: "RESOURCE_EXHAUSTED" });
    assert.equal((await client.ask("hello")).text, "ready");
  });

  it("opens the stream again while a question waits when it ends with OK (ARENA-20)", async () => {
    const client = await connect(new broken.EndingContainer());
    const answers = await Promise.all([1, 2, 3].map(() => client.ask("hello")));
    assert.equal(answers.length, 3);
  });

  describe("answers()", () => {
    it("ends with OK when the container ends it", async () => {
      const client = await connect(new broken.EndingContainer());
      const stream = client.answers();
      await client.predict(request("1"));
      const came = await collect(stream);
      assert.equal(came.length, 1);
      assert.equal((await stream.ended).code, "OK");
    });

    it("throws when the container ends it with an error, after what came before", async () => {
      const client = await connect(new broken.BreakingContainer());
      const stream = client.answers();
      await client.predict(request("1"));
      const came: modelAnswer[] = [];
      await assert.rejects(
        async () => {
          for await (const answer of stream) came.push(answer);
        },
        { rpc: "sendPrediction", code: "INTERNAL" },
      );
      assert.equal(came.length, 1);
      assert.equal((await stream.ended).code, "INTERNAL");
    });

    it("says when the container has opened it", async () => {
      const client = await connect();
      await client.answers().opened;
    });

    it("ends quietly when it is cancelled, and by a signal as well", async () => {
      const client = await connect();
      const stopping = new AbortController();
      const streams = [client.answers(), client.answers(stopping.signal)] as const;
      streams[0].cancel();
      stopping.abort();
      for (const stream of streams) {
        assert.deepEqual(await collect(stream), []);
        assert.equal((await stream.ended).code, "CANCELLED");
      }
    });

    it("is cancelled by who stops iterating, so that the rest comes on the next (ARENA-17)", async () => {
      const client = await connect();
      const stream = client.answers();
      await client.predict(request("1"));
      for await (const answer of stream) {
        assert.equal(answer.messageID, "1");
        break;
      }
      assert.equal((await stream.ended).code, "CANCELLED");
      const next = client.answers();
      await client.predict(request("2"));
      for await (const answer of next) {
        assert.equal(answer.messageID, "2");
        break;
      }
    });
  });

  it("does not reach a plaintext container through TLS (ARENA-3)", async () => {
    await connect();
    const address = served.address.replace("127.0.0.1", "localhost");
    const client = another({ address, tls: {} });
    await assert.rejects(client.registerModel({ timeoutMs: 2000 }), { code: "UNAVAILABLE" });
  });
});

async function collect(answers: AsyncIterable<modelAnswer>): Promise<readonly modelAnswer[]> {
  const came: modelAnswer[] = [];
  for await (const answer of answers) came.push(answer);
  return came;
}

function request(messageID: string) {
  return { request: "[]", modelID: rightDefinition.modelID, sessionID: "s", messageID };
}

/** Ends each stream as soon as it is opened. */
class NoStreams extends RightContainer {
  openings = 0;

  override sendPrediction(stream: Parameters<RightContainer["sendPrediction"]>[0]): void {
    this.openings++;
    stream.end();
  }
}

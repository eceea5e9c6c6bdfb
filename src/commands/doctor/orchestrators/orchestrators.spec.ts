import assert from "node:assert/strict";
import * as broken from "../../../../test/fixtures/containers/broken-containers.ts";
import {
  type Container,
  type ServedContainer,
  serveContainer,
} from "../../../../test/fixtures/containers/container.ts";
import { PythonContainer } from "../../../../test/fixtures/containers/python-container.ts";
import {
  RightContainer,
  rightDefinition,
} from "../../../../test/fixtures/containers/right-container.ts";
import type { modelAnswer } from "../../../generated/model.ts";
import type { Orchestrator, OrchestratorOptions } from "./orchestrator.ts";
import { ENDLESS_REGISTRATIONS, PlatformOrchestrator } from "./platform-orchestrator.ts";
import { SmallTestOrchestrator } from "./small-test-orchestrator.ts";

type Kind = new (options: OrchestratorOptions) => Orchestrator;

describe("the arena's orchestrators", () => {
  let served: ServedContainer | undefined;
  const running: Orchestrator[] = [];

  async function meet(Kind: Kind, container: Container) {
    served = await serveContainer(container);
    return connect(Kind);
  }

  function connect(Kind: Kind) {
    const answers = new Arrivals();
    const orchestrator = new Kind({
      address: served?.address ?? "",
      onAnswer: (answer) => answers.add(answer),
    });
    running.push(orchestrator);
    return { orchestrator, answers };
  }

  afterEach(async () => {
    for (const orchestrator of running.splice(0)) orchestrator.stop();
    await served?.[Symbol.asyncDispose]();
  });

  for (const Kind of [PlatformOrchestrator, SmallTestOrchestrator]) {
    describe(Kind.name, () => {
      it("registers, carries requests, and carries the answers on", async () => {
        const { orchestrator, answers } = await meet(Kind, new RightContainer());
        assert.deepEqual(await orchestrator.start(), rightDefinition);
        assert.equal(await orchestrator.predict(request("1")), true);
        assert.equal((await answers.next()).messageID, "1");
        const metrics = { metrics: "not JSON", modelID: "right" };
        assert.equal(await orchestrator.publishMetrics(metrics), true);
        assert.deepEqual(orchestrator.deaths, []);
      });

      it("ARENA-6 registers again after a restart, and takes what was left", async () => {
        const { orchestrator } = await meet(Kind, new RightContainer());
        await orchestrator.start();
        orchestrator.stop();
        const next = connect(Kind);
        assert.deepEqual(await next.orchestrator.start(), rightDefinition);
        assert.equal(await next.orchestrator.predict(request("2")), true);
        assert.equal((await next.answers.next()).messageID, "2");
        assert.deepEqual(orchestrator.deaths, []);
      });

      it("ARENA-9 never calls predict again after its first error", async () => {
        const { orchestrator } = await meet(Kind, new broken.RefusingContainer());
        await orchestrator.start();
        assert.equal(await orchestrator.predict({ ...request("1"), request: "not JSON" }), false);
        assert.equal(await orchestrator.predict(request("2")), false);
        assert.equal(orchestrator.deaths.length, 1);
        assert.equal(orchestrator.deaths[0]?.rpc, "predict");
      });

      it("says nothing of deaths when it is stopped itself", async () => {
        const { orchestrator } = await meet(Kind, new RightContainer());
        await orchestrator.start();
        orchestrator.stop();
        assert.equal(await orchestrator.predict(request("1")), false);
        assert.deepEqual(orchestrator.deaths, []);
      });
    });
  }

  for (const [Kind, connections] of [
    [PlatformOrchestrator, "one connection"],
    [SmallTestOrchestrator, "two connections"],
  ] as const) {
    it(`${Kind.name} calls and listens on ${connections}, as the real one`, async () => {
      const container = new PeerContainer();
      const { orchestrator } = await meet(Kind, container);
      await orchestrator.start();
      await container.isListenedTo;
      assert.equal(container.peers.size, connections === "one connection" ? 1 : 2);
    });
  }

  it("ARENA-6 the platform's leaves a registration that never ends", async () => {
    const { orchestrator } = await meet(
      PlatformOrchestrator,
      new broken.EndlesslyRegisteringContainer(),
    );
    assert.deepEqual(await orchestrator.start(), rightDefinition);
    assert.match(
      orchestrator.deaths[0]?.reason ?? "",
      new RegExp(`${ENDLESS_REGISTRATIONS} calls`),
    );
  });

  it("ARENA-6 the platform's never learns of a container that was registered before", async () => {
    const container = new PythonContainer();
    container.registerModel();
    const { orchestrator } = await meet(PlatformOrchestrator, container);
    assert.equal(await orchestrator.start(), undefined);
    assert.equal(orchestrator.deaths[0]?.what, "registerModel loop");
  });

  it("ARENA-20 the platform's opens a stream again that ended with OK", async () => {
    const { orchestrator, answers } = await meet(
      PlatformOrchestrator,
      new broken.EndingContainer(),
    );
    await orchestrator.start();
    for (const messageID of ["1", "2", "3"]) {
      await orchestrator.predict(request(messageID));
      assert.equal((await answers.next()).messageID, messageID);
    }
    assert.deepEqual(orchestrator.deaths, []);
  });

  it("ARENA-20 the test orchestrator carries no answer on after a stream that ended with OK", async () => {
    const container = new OnceContainer();
    const { orchestrator, answers } = await meet(SmallTestOrchestrator, container);
    await orchestrator.start();
    await orchestrator.predict(request("1"));
    await answers.next();
    await container.isEnded;
    assert.equal(await orchestrator.predict(request("2")), true);
    assert.equal(orchestrator.deaths[0]?.what, "reader of answers");
  });

  it("ARENA-20 the platform's never opens a stream again that ended with an error, and goes on with the rest", async () => {
    const { orchestrator, answers } = await meet(
      PlatformOrchestrator,
      new broken.BreakingContainer(),
    );
    await orchestrator.start();
    await orchestrator.predict(request("1"));
    await answers.next();
    assert.equal(await orchestrator.predict(request("2")), true);
    assert.deepEqual(
      orchestrator.deaths.map(({ what }) => what),
      ["sendPrediction loop"],
    );
  });
});

/** Says when the stream that it ended is closed at the other side as well. */
class OnceContainer extends broken.EndingContainer {
  readonly #ended = Promise.withResolvers<void>();
  readonly isEnded = this.#ended.promise;

  protected override end(...[stream]: Parameters<broken.EndingContainer["end"]>): void {
    stream.on("close", () => this.#ended.resolve());
    super.end(stream);
  }
}

/** Remembers from where it was called. */
class PeerContainer extends RightContainer {
  readonly peers = new Set<string>();
  readonly #listenedTo = Promise.withResolvers<void>();
  readonly isListenedTo = this.#listenedTo.promise;

  override registerModel(peer: string) {
    this.peers.add(peer);
    return super.registerModel(peer);
  }

  override sendPrediction(stream: Parameters<RightContainer["sendPrediction"]>[0]): void {
    this.peers.add(stream.getPeer());
    super.sendPrediction(stream);
    this.#listenedTo.resolve();
  }
}

class Arrivals {
  readonly #came: modelAnswer[] = [];
  #wake = () => {};

  add(answer: modelAnswer): void {
    this.#came.push(answer);
    this.#wake();
  }

  async next(): Promise<modelAnswer> {
    for (;;) {
      const answer = this.#came.shift();
      if (answer) return answer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function request(messageID: string) {
  return { request: "[]", modelID: rightDefinition.modelID, sessionID: "s", messageID };
}

import assert from "node:assert/strict";
import * as broken from "../../../test/fixtures/containers/broken-containers.ts";
import type { Container } from "../../../test/fixtures/containers/container.ts";
import { PythonContainer } from "../../../test/fixtures/containers/python-container.ts";
import { RightContainer } from "../../../test/fixtures/containers/right-container.ts";
import { type TargetOptions, withTarget } from "../../../test/fixtures/containers/target.ts";
import { examine } from "./examination.ts";
import type { Finding } from "./finding.ts";
import { makePlan } from "./plan.ts";
import type { Report } from "./report.ts";

describe("examine", () => {
  it("finds nothing to mend in a container that does what ARENA-3 to ARENA-22 say, and says what it did not see", async () => {
    const report = await examineContainer(new RightContainer(), [], {
      answerMs: 10_000,
      promptMs: 10_000,
      quickMs: 10_000,
    });
    assert.deepEqual(brokenTitles(report), []);
    assert.deepEqual(titles(report, "not seen"), [
      "ARENA-7 predict returns at once while the model works",
      "ARENA-9 a model that throws is answered",
      "ARENA-10 5 sessions at once wait about as long as one",
      "ARENA-16 work begins before a stream is opened",
      "ARENA-19 no answer is over 4 MiB",
      "ARENA-20 sendPrediction ends with the right status when the container stops",
      "ARENA-22 a client that is frozen for minutes is not cut off",
    ]);
    assert.deepEqual(
      report.orchestrators.map(({ survives }) => survives),
      [true, true],
    );
  });

  it("finds what a container like the Python template breaks, and says what that does", async () => {
    const report = await examineContainer(new PythonContainer(), [], { quietMs: 120 });
    assert.deepEqual(brokenTitles(report), [
      "ARENA-6 registerModel: once per connection, again on a new one",
      "ARENA-9 text that is not JSON is answered",
      "ARENA-9 JSON of a wrong shape is answered",
      "ARENA-9 an empty request is answered",
      "ARENA-9 a request of 33 MB is answered",
      "ARENA-11 the same request twice runs once",
      "ARENA-13 {messages} is understood",
      "ARENA-13 {text, image, system} is understood",
      "ARENA-13 {data: {…}} is understood",
      "ARENA-14 an image of 8 MB is taken",
      "ARENA-17 a stream is cancelled: what had not arrived comes on the next",
      "ARENA-17 a connection is cut: what had not arrived comes on the next",
      "ARENA-17 a connection is cut: what was acknowledged last comes again",
    ]);
    const [platform, small] = report.orchestrators;
    assert.match(platform?.detail ?? "", /^predict loop dies at ARENA-14, a request of 8 MB/);
    assert.match(small?.detail ?? "", /^process dies at ARENA-14, a request of 8 MB/);
  });

  const faults: ReadonlyArray<readonly [string, Container, readonly string[], readonly string[]]> =
    [
      [
        "ARENA-5 an empty modelID",
        new broken.NamelessContainer(),
        ["ARENA-5", "ARENA-7"],
        ["ARENA-5 registerModel answers the definition"],
      ],
      [
        "ARENA-6 a registration that never ends",
        new broken.EndlesslyRegisteringContainer(),
        ["ARENA-6"],
        ["ARENA-6 registerModel: once per connection, again on a new one"],
      ],
      [
        "ARENA-7 a predict that waits for the model",
        new broken.WaitingContainer(),
        ["ARENA-7", "ARENA-15"],
        [
          "ARENA-7 predict returns at once",
          "ARENA-7 predict returns at once while the model works",
        ],
      ],
      [
        "ARENA-8 an answer to another model's request",
        new broken.EagerContainer(),
        ["ARENA-8", "ARENA-10"],
        ["ARENA-8 another model's request is dropped"],
      ],
      [
        "ARENA-9 a predict that refuses what is not JSON",
        new broken.RefusingContainer(),
        ["ARENA-9"],
        ["ARENA-9 text that is not JSON is answered", "ARENA-9 an empty request is answered"],
      ],
      [
        "ARENA-10 answers with another request's messageID",
        new broken.ConfusedContainer(),
        ["ARENA-10", "ARENA-15"],
        ["ARENA-10 3 requests of one session at once are answered"],
      ],
      [
        "ARENA-11 a repeated request that runs again",
        new broken.ForgetfulContainer(),
        ["ARENA-11", "ARENA-10"],
        ["ARENA-11 the same request twice runs once"],
      ],
      [
        "ARENA-13 older shapes that are refused",
        new broken.ModernContainer(),
        ["ARENA-12", "ARENA-13"],
        [
          "ARENA-13 {messages} is understood",
          "ARENA-13 {text, image, system} is understood",
          "ARENA-13 {data: {…}} is understood",
        ],
      ],
      [
        "ARENA-14 a limit of 4 MiB on requests",
        new broken.SmallContainer(),
        ["ARENA-12", "ARENA-14"],
        ["ARENA-14 an image of 8 MB is taken"],
      ],
      [
        "ARENA-15 silence",
        new broken.SilentContainer(),
        ["ARENA-7", "ARENA-10", "ARENA-13", "ARENA-15", "ARENA-17", "ARENA-19"],
        ["ARENA-15 a question is answered, with its ids"],
      ],
      [
        "ARENA-16 answers that are dropped while no stream is open",
        new broken.LiveContainer(),
        ["ARENA-15", "ARENA-16"],
        ["ARENA-16 an answer waits while no stream is open"],
      ],
      [
        "ARENA-17 answers that go to every stream",
        new broken.BroadcastingContainer(),
        ["ARENA-15", "ARENA-17"],
        [
          "ARENA-17 two streams open: each answer comes on one of them",
          "ARENA-17 a stream is cancelled: what had not arrived comes on the next",
          "ARENA-17 a connection is cut: what had not arrived comes on the next",
          "ARENA-17 a connection is cut: what was acknowledged last comes again",
        ],
      ],
      [
        "ARENA-17 answers that are lost with the stream they should have gone out on",
        new broken.CarelessContainer(),
        ["ARENA-15", "ARENA-17"],
        [
          "ARENA-17 a stream is cancelled: what had not arrived comes on the next",
          "ARENA-17 a connection is cut: what had not arrived comes on the next",
          "ARENA-17 a connection is cut: what was acknowledged last comes again",
        ],
      ],
      [
        "ARENA-17 answers that are lost with their stream, after longer than the first took",
        new broken.TiringContainer(),
        ["ARENA-17"],
        [
          "ARENA-17 a stream is cancelled: what had not arrived comes on the next",
          "ARENA-17 a connection is cut: what had not arrived comes on the next",
          "ARENA-17 a connection is cut: what was acknowledged last comes again",
        ],
      ],
      [
        "ARENA-17 answers that were acknowledged and not read",
        new broken.TrustingContainer(),
        ["ARENA-17"],
        ["ARENA-17 a connection is cut: what was acknowledged last comes again"],
      ],
      [
        "ARENA-18 a text that is no string",
        new broken.MisshapenContainer(),
        ["ARENA-10", "ARENA-18"],
        ["ARENA-18 every answer is {text, image, error?}"],
      ],
      [
        "ARENA-19 an answer of 5 MB",
        new broken.VerboseContainer(),
        ["ARENA-12", "ARENA-15", "ARENA-19", "ARENA-20"],
        ["ARENA-12 an image is taken", "ARENA-19 no answer is over 4 MiB"],
      ],
      [
        "ARENA-20 a stream that ends with an error",
        new broken.BreakingContainer(),
        ["ARENA-10", "ARENA-20"],
        ["ARENA-20 sendPrediction stays open while the container runs"],
      ],
      [
        "ARENA-20 a stream that ends with OK",
        new broken.EndingContainer(),
        ["ARENA-10", "ARENA-20"],
        ["ARENA-20 sendPrediction stays open while the container runs"],
      ],
      [
        "ARENA-21 metrics that are refused",
        new broken.PedanticContainer(),
        ["ARENA-21"],
        ["ARENA-21 publishMetrics takes JSON, other text, another model's"],
      ],
    ];
  for (const [name, container, only, expected] of faults) {
    it(`finds ${name}, and nothing else`, async () => {
      const report = await examineContainer(container, only);
      assert.deepEqual(brokenTitles(report), expected);
    });
  }

  it("ARENA-17 lets answers that a broken stream may not have delivered come again", async () => {
    const report = await examineContainer(new broken.RepeatingContainer(), ["ARENA-17"], {
      answerMs: 5000,
    });
    assert.deepEqual(brokenTitles(report), []);
  });

  it("waits for a container that works on one request after the other (ARENA-12)", async () => {
    const container = new PythonContainer({ blockMs: 110 });
    const report = await examineContainer(container, ["ARENA-12"], { answerMs: 200 });
    assert.deepEqual(titles(report, "ok").length, report.checks.length);
  });

  it("finds ARENA-15 answers without ids, and says which ids came", async () => {
    const report = await examineContainer(new broken.AnonymousContainer(), ["ARENA-15"]);
    assert.deepEqual(brokenTitles(report), ["ARENA-15 a question is answered, with its ids"]);
    const [answered] = report.checks;
    assert.match(answered?.finding.detail ?? "", /1 with ids that nobody sent.*"sessionID":""/);
  });

  it("says what the first error of predict does to each orchestrator (ARENA-9)", async () => {
    const report = await examineContainer(new broken.RefusingContainer(), ["orchestrators"]);
    assert.deepEqual(
      report.orchestrators.map(({ detail }) => detail),
      [
        "predict loop dies at ARENA-9, text that is not JSON: predict ended with INVALID_ARGUMENT: the request is not JSON",
        "process dies at ARENA-9, text that is not JSON: predict ended with INVALID_ARGUMENT: the request is not JSON",
      ],
    );
  });

  it("says that a stream's end with OK harms the test orchestrator only (ARENA-20)", async () => {
    const report = await examineContainer(new broken.EndingContainer(), ["orchestrators"]);
    assert.deepEqual(
      report.orchestrators.map(({ survives }) => survives),
      [true, false],
    );
  });

  it("sees nothing of what needs a modelID when nobody says one", async () => {
    const container = new PythonContainer();
    container.registerModel();
    const report = await examineContainer(container, ["ARENA-5", "ARENA-9", "orchestrators"]);
    assert.deepEqual(
      report.checks.map(({ finding }) => finding.verdict),
      ["broken", "not seen", "not seen", "not seen", "not seen", "not seen"],
    );
    assert.deepEqual(report.orchestrators, []);
  });

  it("asks the model that it is told when the container does not say its name", async () => {
    const container = new PythonContainer();
    container.registerModel();
    const report = await examineContainer(container, ["ARENA-15"], { modelID: "python" });
    assert.deepEqual(brokenTitles(report), []);
  });
});

function examineContainer(
  container: Container,
  only: readonly string[] = [],
  options: TargetOptions = {},
): Promise<Report> {
  return withTarget(container, options, (target) => examine(target, makePlan(only)));
}

function brokenTitles(report: Report): readonly string[] {
  return titles(report, "broken");
}

function titles({ checks }: Report, verdict: Finding["verdict"]): readonly string[] {
  return checks
    .filter(({ finding }) => finding.verdict === verdict)
    .map(({ requirement, title }) => `${requirement} ${title}`);
}

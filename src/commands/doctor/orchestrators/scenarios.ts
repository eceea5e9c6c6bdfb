import { randomUUID } from "node:crypto";
import { AnswerLog, answersTo } from "../answer-log.ts";
import type { ScenarioResult } from "../report.ts";
import { newSession, READY_REQUEST, type Target, unusableRequest } from "../target.ts";
import type { Orchestrator, OrchestratorOptions } from "./orchestrator.ts";
import { PlatformOrchestrator } from "./platform-orchestrator.ts";
import { SmallTestOrchestrator } from "./small-test-orchestrator.ts";

type Run = (orchestrator: Orchestrator, modelID: string, sessionID: string) => Promise<boolean>;

/** What happens to a container on a bad day. The answers to the two questions are waited for. */
const steps: ReadonlyArray<{ readonly name: string; readonly run: Run }> = [
  { name: "ARENA-7, a question", run: request(READY_REQUEST) },
  { name: "ARENA-9, text that is not JSON", run: request("Hello, I am not JSON {") },
  { name: "ARENA-9, JSON of a wrong shape", run: request('{"nothing":["to","see"]}') },
  { name: "ARENA-9, an empty request", run: request("") },
  { name: "ARENA-14, a request of 8 MB", run: request(unusableRequest(8_000_000)) },
  { name: "ARENA-8, another model's request", run: request(READY_REQUEST, "not-") },
  {
    name: "ARENA-21, metrics that are not JSON",
    run: (orchestrator, modelID) => orchestrator.publishMetrics({ modelID, metrics: "ignore {" }),
  },
  { name: "ARENA-7, a question after all that", run: request(READY_REQUEST) },
];
const QUESTIONS = steps.filter(({ name }) => name.startsWith("ARENA-7")).length;

/** A session through an orchestrator. */
export interface Scenario {
  readonly name: string;
  /** Requests that reach the model, and others. */
  readonly prompts: number;
  readonly others: number;
  run(target: Target): Promise<ScenarioResult>;
}

/** A scripted session through each of the arena's orchestrators. */
export const scenarios: readonly Scenario[] = [
  scenario("platform's orchestrator", (options) => new PlatformOrchestrator(options)),
  scenario("small test orchestrator", (options) => new SmallTestOrchestrator(options)),
];

function request(text: string, modelPrefix = ""): Run {
  return (orchestrator, modelID, sessionID) =>
    orchestrator.predict({
      request: text,
      modelID: `${modelPrefix}${modelID}`,
      // Only questions are waited for, so only they belong to the session.
      sessionID: text === READY_REQUEST && !modelPrefix ? sessionID : newSession(),
      messageID: randomUUID(),
    });
}

function scenario(name: string, create: (options: OrchestratorOptions) => Orchestrator): Scenario {
  const others = steps.length - QUESTIONS - 1;
  const run = (target: Target) => runScenario(name, create, target);
  return { name, prompts: QUESTIONS, others, run };
}

async function runScenario(
  name: string,
  create: (options: OrchestratorOptions) => Orchestrator,
  target: Target,
): Promise<ScenarioResult> {
  const log = new AnswerLog();
  const canRegister = await target.canRegister();
  const orchestrator = create({
    ...target.connection,
    onAnswer: (answer) => log.addAnswer(0, answer),
    skipsRegistration: !canRegister,
    timeoutMs: target.pace.callMs,
  });
  try {
    await orchestrator.start();
    const places = orchestrator.deaths.map(() => "ARENA-6, the registration");
    const modelID = (await target.modelID()) ?? "";
    const sessionID = newSession();
    for (const step of steps) {
      await step.run(orchestrator, modelID, sessionID);
      while (places.length < orchestrator.deaths.length) places.push(step.name);
    }
    const isMute = (await target.firstExchange()).answers.length === 0;
    const isDead = orchestrator.deaths.length > 0;
    const { pace } = target;
    const answers = await log.collect(sessionID, answersTo(QUESTIONS), () =>
      isMute || isDead ? pace.quietMs(QUESTIONS) : pace.answerMs(steps.length),
    );
    const note = canRegister ? "" : " (registerModel left out: this container allows it once)";
    const [death] = orchestrator.deaths;
    if (death) {
      // Streams end at a time of their own, whatever is sent meanwhile.
      const place = death.rpc === "sendPrediction" ? "" : ` at ${places[0]}`;
      return {
        name,
        survives: false,
        detail: `${death.what} dies${place}: ${death.reason}${note}`,
      };
    }
    const detail = `${answers.length} of ${QUESTIONS} questions answered among ${steps.length - QUESTIONS} unusable calls${note}`;
    return { name, survives: answersTo(QUESTIONS)(answers), detail };
  } finally {
    orchestrator.stop();
  }
}

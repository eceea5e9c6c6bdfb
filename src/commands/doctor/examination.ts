import type { Check, Stage } from "./check.ts";
import { type Finding, notSeen } from "./finding.ts";
import { asksModel, type Plan } from "./plan.ts";
import type { CheckResult, Report, ScenarioResult } from "./report.ts";
import type { Target } from "./target.ts";

/** Hears what is begun, and how much is done. */
export type OnProgress = (done: number, total: number, title: string) => void;

/** Runs what is planned. Does not throw for what the container does. */
export async function examine(
  target: Target,
  plan: Plan,
  onProgress: OnProgress = () => {},
): Promise<Report> {
  const { checks, scenarios } = plan;
  const results = new Map<Check, CheckResult>();
  const orchestrators: ScenarioResult[] = [];
  const total = checks.length + scenarios.length;
  const inStage = (stage: Stage) => checks.filter((check) => check.stage === stage);
  const run = async (check: Check) => {
    onProgress(results.size, total, `${check.requirement} ${check.title}`);
    const startMs = performance.now();
    const finding = (await reasonToSkip(check, target)) ?? (await check.run(target));
    const { requirement, title } = check;
    const tookMs = performance.now() - startMs;
    results.set(check, { requirement, title, finding, tookMs });
  };
  for (const check of inStage("untouched")) await run(check);
  for (const check of inStage("first")) await run(check);
  // What follows asks how fast the first answer came, which only means something in quiet.
  const canAsk = (await target.isReachable()) && (await target.modelID()) !== undefined;
  const asks = canAsk && asksModel(plan);
  if (asks) await target.firstExchange();
  await target.whileListening(async () => {
    await Promise.all(inStage("together").map(run));
    await Promise.all(inStage("large").map(run));
  });
  for (const check of inStage("alone")) await run(check);
  for (const check of inStage("afterwards")) await run(check);
  if (asks) {
    for (const scenario of scenarios) {
      onProgress(results.size + orchestrators.length, total, scenario.name);
      orchestrators.push(await scenario.run(target));
    }
    // What is still under way belongs to the doctor: nobody after it should get it.
    await target.whileListening(() => target.untilQuiet());
  }
  return {
    address: target.connection.address,
    modelID: await target.modelID(),
    checks: checks.flatMap((check) => results.get(check) ?? []),
    orchestrators,
  };
}

async function reasonToSkip(check: Check, target: Target): Promise<Finding | undefined> {
  if (check.needs === "nothing") return undefined;
  if (!(await target.isReachable())) return notSeen("nothing answers at the address");
  if (check.needs === "connection") return undefined;
  if (!(await target.modelID())) return notSeen("the modelID is not known; give --model-id");
  if (check.needs === "model") return undefined;
  const { answers } = await target.firstExchange();
  if (check.needs === "answers") {
    return answers.length > 0 ? undefined : notSeen("the first question was not answered");
  }
  return target.log.all.length > 0 ? undefined : notSeen("nothing was answered");
}

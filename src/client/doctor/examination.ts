import type { Check, Stage } from "./check.ts";
import { type Finding, notSeen } from "./finding.ts";
import type { Patient } from "./patient.ts";
import { asksModel, type Plan } from "./plan.ts";
import type { CheckResult, RehearsalResult, Report } from "./report.ts";

/** Hears what is begun, and how much is done. */
export type OnProgress = (done: number, total: number, title: string) => void;

/** Runs what is planned. Does not throw for what the container does. */
export async function examine(
  patient: Patient,
  plan: Plan,
  onProgress: OnProgress = () => {},
): Promise<Report> {
  const { checks, rehearsals } = plan;
  const results = new Map<Check, CheckResult>();
  const orchestrators: RehearsalResult[] = [];
  const total = checks.length + rehearsals.length;
  const inStage = (stage: Stage) => checks.filter((check) => check.stage === stage);
  const run = async (check: Check) => {
    onProgress(results.size, total, `${check.requirement} ${check.title}`);
    const startMs = performance.now();
    const finding = (await reasonToSkip(check, patient)) ?? (await check.run(patient));
    const { requirement, title } = check;
    const tookMs = performance.now() - startMs;
    results.set(check, { requirement, title, finding, tookMs });
  };
  for (const check of inStage("untouched")) await run(check);
  for (const check of inStage("first")) await run(check);
  // What follows asks how fast the first answer came, which only means something in quiet.
  const canAsk = (await patient.isReachable()) && (await patient.modelID()) !== undefined;
  const asks = canAsk && asksModel(plan);
  if (asks) await patient.firstExchange();
  await patient.whileListening(async () => {
    await Promise.all(inStage("together").map(run));
    await Promise.all(inStage("large").map(run));
  });
  for (const check of inStage("alone")) await run(check);
  for (const check of inStage("afterwards")) await run(check);
  if (asks) {
    for (const rehearsal of rehearsals) {
      onProgress(results.size + orchestrators.length, total, rehearsal.name);
      orchestrators.push(await rehearsal.run(patient));
    }
    // What is still under way belongs to the doctor: nobody after it should get it.
    await patient.whileListening(() => patient.untilQuiet());
  }
  return {
    address: patient.connection.address,
    modelID: await patient.modelID(),
    checks: checks.flatMap((check) => results.get(check) ?? []),
    orchestrators,
  };
}

async function reasonToSkip(check: Check, patient: Patient): Promise<Finding | undefined> {
  if (check.needs === "nothing") return undefined;
  if (!(await patient.isReachable())) return notSeen("nothing answers at the address");
  if (check.needs === "connection") return undefined;
  if (!(await patient.modelID())) return notSeen("the modelID is not known; give --model-id");
  if (check.needs === "model") return undefined;
  const { answers } = await patient.firstExchange();
  if (check.needs === "answers") {
    return answers.length > 0 ? undefined : notSeen("the first question was not answered");
  }
  return patient.log.all.length > 0 ? undefined : notSeen("nothing was answered");
}

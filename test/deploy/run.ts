// Validates what docs/deployment.md hands out: the chart, the compose files and
// the balancer's configuration. See README.md beside this.
import { checkBalancer } from "./balancer-checks.ts";
import { Chart } from "./chart.ts";
import { checkCompose } from "./compose-checks.ts";
import { checkImage } from "./image-checks.ts";
import { checkKubernetesSchemas } from "./kubernetes-schema-checks.ts";
import { checkProbes } from "./probe-checks.ts";
import { checkRenderings } from "./rendering-checks.ts";
import { checkReplicas } from "./replica-checks.ts";
import { Report } from "./report.ts";
import { checkRoles } from "./role-checks.ts";
import { installTools, MissingToolError, type Tools } from "./tools.ts";
import { checkValues } from "./values-checks.ts";

const report = new Report();
const tools = install();
if (tools) {
  const chart = new Chart(tools.helm);
  await checkRenderings(report, chart);
  await checkRoles(report, chart);
  await checkValues(report, chart);
  await checkKubernetesSchemas(report, chart, tools);
  await checkProbes(report, chart);
  await checkImage(report);
  await checkCompose(report, tools.compose);
  await checkBalancer(report, tools.haproxy);
  await checkReplicas(report, tools.haproxy);
  process.exitCode = report.end();
}

function install(): Tools | null {
  try {
    return installTools();
  } catch (error) {
    if (!(error instanceof MissingToolError)) throw error;
    process.stdout.write(`not ok ${error.message}\n0 passed, 1 failed\n`);
    process.exitCode = 1;
    return null;
  }
}

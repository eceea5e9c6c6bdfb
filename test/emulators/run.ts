// Reads keys out of real emulators of vaults: what a stand-in of ours would
// only repeat of what we believe. Not part of npm test, because the first run
// installs them.
import { Report } from "../deploy/report.ts";
import { checkAwsPreflight } from "./aws-preflight-checks.ts";
import { checkAwsSecrets } from "./aws-secrets-checks.ts";
import { MissingToolError, Moto } from "./moto.ts";

const report = new Report();
try {
  await using moto = await Moto.start();
  await checkAwsPreflight(report, moto);
  // The last of them takes the emulator away.
  await checkAwsSecrets(report, moto);
} catch (error) {
  if (!(error instanceof MissingToolError)) throw error;
  await report.check(error.message, () => Promise.reject(error));
}
process.exitCode = report.end();

import { z } from "zod";
import { compileModelPattern } from "../arena-file/profile-models.ts";
import { sideBySide } from "../async/side-by-side.ts";
import { createKeyedFetch } from "../providers/transport/keyed-fetch.ts";
import { ask } from "./ask.ts";
import { checkGate, type Get } from "./check-gate.ts";
import { checkVendor } from "./check-vendor.ts";
import type { Examination } from "./finding.ts";
import { type Finding, notAsked, ok, problem, warning } from "./finding.ts";

const atOnce = 4;

/** What is used of the answer about a token. */
const WhoAmI = z.object({
  name: z.string().catch("somebody"),
  auth: z
    .object({ accessToken: z.object({ role: z.string().optional() }).optional() })
    .optional()
    .catch(undefined),
});

/**
 * Checks the token at the hub, since the router's list of models is public, and
 * whether the token's account may read each model: gated ones must be asked for.
 */
export async function checkHuggingFace(examination: Examination): Promise<Finding[]> {
  const { profile, keys, signal, environment } = examination;
  const hub = (environment("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");
  const key = (await keys?.get(signal))?.reveal();
  const send = createKeyedFetch(
    key === undefined ? undefined : { name: "Authorization", key, scheme: "Bearer" },
  );
  const get: Get = (path, method = "GET") => send(`${hub}/${path}`, { method, signal });
  const token = await checkToken(get, examination);
  if (token.verdict === "problem") return [token, notAsked("models", "not without a token")];
  // An endpoint of one's own has read its model already.
  const isRouter = profile.accessInfo.baseUrl === undefined;
  const patterns = isRouter ? (profile.allowedModels ?? []).map(compileModelPattern) : [];
  const names = patterns.filter(({ isGlob }) => !isGlob).map(({ text }) => text);
  const gates = await sideBySide(names, atOnce, (name) => checkGate(name, get, signal));
  return [token, ...gates, ...(await checkVendor(examination, "models"))];
}

async function checkToken(get: Get, { signal }: Examination): Promise<Finding> {
  const check = "key";
  const answer = await ask(check, signal, async () => {
    const response = await get("api/whoami-v2");
    const text = await response.text();
    return {
      status: response.status,
      account: response.ok ? WhoAmI.parse(JSON.parse(text)) : null,
    };
  });
  if (!answer.isAnswered) {
    return {
      ...answer.finding,
      remedy: "See whether this machine reaches the hub, or set HF_ENDPOINT.",
    };
  }
  const { status, account } = answer.value;
  if (account) {
    const role = account.auth?.accessToken?.role;
    const kind = role === undefined ? "" : `, a token of the kind ${role}`;
    return ok(check, `taken; whoami says ${account.name}${kind}`);
  }
  if (status === 401 || status === 403) {
    return problem(
      check,
      `the hub does not take the token (${status})`,
      "Make a new one in the account's settings; the secret must be the token alone, hf_…, and no JSON.",
    );
  }
  return warning(check, `the hub answers whoami with status ${status}`, "Ask again in a while.");
}

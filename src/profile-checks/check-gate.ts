import { ask } from "./ask.ts";
import { type Finding, notAsked, ok, problem, warning } from "./finding.ts";

/** Asks the hub for a path of its own, with the token. */
export type Get = (path: string, method?: "GET" | "HEAD") => Promise<Response>;

/** Finds out whether the token's account may read a model's files, for which gated ones must be asked. */
export async function checkGate(name: string, get: Get, signal: AbortSignal): Promise<Finding> {
  const check = `access ${name}`;
  // A provider's name may stand behind the model's.
  const repository = name.replace(/:[^:/]*$/, "");
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    return notAsked(check, "no name of a repository, such as meta-llama/Llama-3.1-8B-Instruct");
  }
  const answer = await ask(check, signal, async () => {
    // The list of files is public for gated models, too; only a file itself tells.
    const response = await get(`${repository}/resolve/main/config.json`, "HEAD");
    await response.body?.cancel();
    return { status: response.status, code: response.headers.get("x-error-code") };
  });
  if (!answer.isAnswered) return answer.finding;
  const { status, code } = answer.value;
  if (status < 400) return ok(check, "its files may be read");
  if (code === "EntryNotFound") return ok(check, "it is there, without a config.json");
  if (code === "RepoNotFound" || status === 404) {
    return problem(
      check,
      `the hub has no such model, or hides it (${status})`,
      "Correct its name.",
    );
  }
  if (status === 401 || status === 403) {
    return problem(
      check,
      `it is gated, and this token may not read it (${status})`,
      `Accept its conditions at https://huggingface.co/${repository} with the token's account, and let the token read gated models.`,
    );
  }
  return warning(check, `the hub answers with status ${status}`, "Ask again in a while.");
}

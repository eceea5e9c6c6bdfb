import { openRouter } from "../../access/open-router.ts";
import { neverAborted } from "../../async/never-aborted.ts";
import { type Environment, openEnvironment } from "../../config/environment.ts";
import type { Settings } from "../../config/settings.ts";
import type { ChatRequest } from "../../data-models/chat.ts";
import type { Logger } from "../../data-models/request-context.ts";
import { ConfigurationError } from "../../errors/arena-error.ts";
import { RouteNotFoundError, UnknownWorkspaceError } from "../../errors/route-errors.ts";
import type { ExplainedRoute, RouteQuestion, Router } from "../../routing/router.ts";
import { withoutFullStop } from "../../text/full-stop.ts";
import { RoutedModel } from "./routed-model.ts";

/** Whoever could be asked this sees images. */
const imageQuestion: ChatRequest = {
  messages: [{ role: "user", content: [{ type: "image", url: "data:image/png;base64,AAAA" }] }],
};

/**
 * Makes the model that ROUTE names in CONFIG_FILE. Servers of one's own are asked
 * what their models see, as far as they tell; no model is called.
 * @throws ConfigurationError when the file is wrong, or nobody on the route may be asked
 */
export async function createRoutedModel(
  settings: Settings,
  logger: Logger,
  environment: Environment = openEnvironment(),
): Promise<RoutedModel> {
  const { CONFIG_FILE, ROUTE = "", PROFILE_USER, PROFILE_WORKSPACE } = settings;
  const privateImages = settings.PRIVATE_IMAGE_URLS;
  const file = { path: CONFIG_FILE, setting: "CONFIG_FILE" };
  const router = openRouter({ file, environment, logger, privateImages });
  const scope = { user: PROFILE_USER ?? null, workspace: PROFILE_WORKSPACE ?? null };
  const question = { route: ROUTE, scope };
  requireCandidates(await explain(router, question));
  // A server that stays silent about its models is not waited for.
  await router.learn(question, imageQuestion, neverAborted);
  const { candidates } = await router.explain(question, imageQuestion);
  const canImage = candidates.some(({ skipped }) => skipped === null);
  return new RoutedModel({ router, question, canImage, takesPartial: settings.PARTIAL_ANSWERS });
}

async function explain(router: Router, question: RouteQuestion): Promise<ExplainedRoute> {
  try {
    return await router.explain(question);
  } catch (error) {
    if (error instanceof RouteNotFoundError) throw problem("ROUTE", error);
    if (error instanceof UnknownWorkspaceError) throw problem("PROFILE_WORKSPACE", error);
    throw error;
  }
}

function requireCandidates({ route, candidates, error }: ExplainedRoute): void {
  if (candidates.some(({ skipped }) => skipped === null)) return;
  const reasons = candidates.map(
    ({ profile, model, skipped }) => `${profile}/${model}: ${skipped}`,
  );
  const why = reasons.join("; ") || "no profile is in its scope";
  const refusal = error ? `${error.message} ` : "";
  const message = `nobody on the route ${JSON.stringify(route)} may be asked (${withoutFullStop(why)}). ${refusal}Mend the route or the profiles, or set PROFILE_WORKSPACE and PROFILE_USER`;
  throw new ConfigurationError([{ name: "ROUTE", message }]);
}

function problem(name: string, cause: Error): ConfigurationError {
  return new ConfigurationError([{ name, message: cause.message }], { cause });
}

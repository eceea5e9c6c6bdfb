import { openRouter } from "../../access/open-router.ts";
import { openEnvironment, readEnvironment } from "../../config/environment.ts";
import { silentLogger } from "../../data-models/request-context.ts";
import type { OpenedRouter } from "./route.ts";

/**
 * The router of a file, or of CONFIG_FILE, for whom the settings say.
 * @throws ConfigurationError when one of them is wrong
 */
export async function openRoute(config: string | undefined): Promise<OpenedRouter> {
  const { CONFIG_FILE, PROFILE_USER = null, PROFILE_WORKSPACE = null } = readEnvironment();
  const file =
    config === undefined
      ? { path: CONFIG_FILE, setting: "CONFIG_FILE" }
      : { path: config, setting: "--config" };
  const router = openRouter({ file, environment: openEnvironment(), logger: silentLogger });
  return { router, scope: { user: PROFILE_USER, workspace: PROFILE_WORKSPACE } };
}

import { readEnvironment } from "../../config/environment.ts";
import { openArchives } from "../../queue/registry.ts";
import type { SessionArchive } from "../../queue/session-archive.ts";

/** Opens what a queue keeps; without a URL the queue of the settings. */
export type OpenArchives = (queueUrl: string | undefined) => Promise<readonly SessionArchive[]>;

/**
 * Opens the archives of a queue as the settings say.
 * @throws ConfigurationError when it keeps nothing, or cannot be used
 */
export const openConfiguredArchives: OpenArchives = async (queueUrl) => {
  const { QUEUE_URL, SHARED_FOLDER_PATH } = readEnvironment();
  return openArchives(queueUrl ?? QUEUE_URL, SHARED_FOLDER_PATH);
};

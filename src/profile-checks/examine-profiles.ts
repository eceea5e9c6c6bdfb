import { sideBySide } from "../async/side-by-side.ts";
import type { Profile, ProviderName } from "../providers/catalogue.ts";
import { type ExaminationMeans, examineProfile } from "./examine-profile.ts";
import type { Finding } from "./finding.ts";

/** What was found out about one profile. */
export interface ProfileReport {
  readonly profile: string;
  readonly provider: ProviderName;
  readonly findings: readonly Finding[];
}

/** How profiles are examined. */
export interface PreflightMeans extends Omit<ExaminationMeans, "signal"> {
  /** Makes the time limit of a profile, from the moment on when its turn comes. */
  readonly createLimit: () => AbortSignal;
  /** Told at the start with 0, and whenever a profile is done. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Profiles that are examined at once. */
const atOnce = 4;

/** Examines profiles side by side; the reports are in the profiles' order. */
export async function examineProfiles(
  profiles: readonly Profile[],
  { createLimit, onProgress, ...means }: PreflightMeans,
): Promise<readonly ProfileReport[]> {
  let done = 0;
  onProgress(done, profiles.length);
  return sideBySide(profiles, atOnce, async (profile) => {
    const findings = await examineProfile(profile, { ...means, signal: createLimit() });
    onProgress(++done, profiles.length);
    return { profile: profile.name, provider: profile.provider, findings };
  });
}

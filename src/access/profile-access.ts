import { isSameAccess } from "../arena-file/is-same-access.ts";
import { canFitBoth } from "../arena-file/model-pattern.ts";
import type { Profile } from "../arena-file/profile.ts";
import { type ModelVerdict, ProfileModels } from "../arena-file/profile-models.ts";

/** A profile of somebody's scope, below the profiles that are its ceiling. */
export class ProfileAccess {
  readonly profile: Profile;
  readonly #models: ProfileModels;
  /** Null without a ceiling. */
  readonly #above: readonly ProfileAccess[] | null;

  /** @param ceiling the workspace's profiles, where they limit what this one grants */
  constructor(profile: Profile, ceiling: readonly ProfileAccess[] | null = null) {
    this.profile = profile;
    this.#models = new ProfileModels(profile);
    this.#above = ceiling?.filter((other) => isSameAccess(other.profile, profile)) ?? null;
  }

  /** Whether the model may be asked for by this profile, in any spelling of its name. */
  judge(model: string): ModelVerdict {
    const verdict = this.#models.judge(model);
    if (!verdict.isAllowed || this.#above === null) return verdict;
    const above = this.#above.map((access) => access.judge(model)).find((one) => one.isAllowed);
    // The ceiling may spell the name as the provider does where an open profile does not.
    if (above && verdict.model !== model) return verdict;
    if (above) return { ...verdict, model: above.model, isSpelled: above.isSpelled };
    const names = this.#above.map(({ profile }) => profile.name).join(", ");
    const reason = names
      ? `the workspace is the ceiling, and its ${names} does not allow it`
      : "the workspace is the ceiling, and has no profile of the same access";
    return { isAllowed: false, reason };
  }

  /**
   * Names and globs that may be asked for; null means all. Where two globs
   * overlap and neither holds as a whole, it is `*-mini within gpt-*`.
   */
  get names(): readonly string[] | null {
    const own = this.#models.names;
    if (this.#above === null) return own;
    const lists = this.#above.map(({ names }) => names);
    if (lists.includes(null)) return own;
    const above = lists.flatMap((list) => list ?? []);
    const isAllowed = (name: string) => this.judge(name).isAllowed;
    const whole = [...new Set([...(own ?? []), ...above])].filter(isAllowed);
    const parts = (own ?? [])
      .filter((name) => !isAllowed(name))
      .flatMap((name) =>
        above
          .filter((other) => !isAllowed(other) && canFitBoth(name, other))
          .map((other) => `${name} within ${other}`),
      );
    return [...whole, ...parts];
  }
}

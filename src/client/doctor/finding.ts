/** What a check found. */
export type Finding =
  | { readonly verdict: "ok" | "not seen" | "info"; readonly detail: string }
  | {
      readonly verdict: "broken";
      /** What the container did. */
      readonly detail: string;
      /** What that does in the arena, in one sentence. */
      readonly consequence: string;
    };

/** The container does what the arena needs. */
export function ok(detail: string): Finding {
  return { verdict: "ok", detail };
}

/** The container does something that harms in the arena. */
export function broken(detail: string, consequence: string): Finding {
  return { verdict: "broken", detail, consequence };
}

/** Nothing can be said, because of `reason`: neither that it is right nor that it is wrong. */
export function notSeen(reason: string): Finding {
  return { verdict: "not seen", detail: reason };
}

/** Good to know; the arena does not depend on it. */
export function info(detail: string): Finding {
  return { verdict: "info", detail };
}

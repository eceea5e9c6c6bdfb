import type { Path } from "./place.ts";

/** Something wrong at a place of the configuration; the place is in our spelling. */
export interface Mistake {
  readonly path: Path;
  /** Whether the path ends with what nobody should read in a log: a name of no known form, which may hold a key. */
  readonly hidesName?: boolean;
  /** What was expected, what came, and the remedy. Never holds a key. */
  readonly message: string;
  /** The place that was probably meant: what is missing there follows from this. */
  readonly meant?: Path;
  /** Places that would have to be right for this to be true: if they are wrong, this follows from it. */
  readonly follows?: readonly Path[];
}

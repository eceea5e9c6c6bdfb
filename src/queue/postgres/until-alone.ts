import { isCollision } from "./postgres-problems.ts";

const maxCollisions = 10;

/** Replicas may meet at the same rows; one of them wins, and the others look again. */
export async function untilAlone<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let collisions = 0; ; collisions++) {
    try {
      return await work();
    } catch (error) {
      if (!isCollision(error) || collisions === maxCollisions) throw error;
    }
  }
}

import { isCollision } from "./postgres-problems.ts";

const mostMeetings = 10;

/** Replicas may meet at the same rows; one of them wins, and the others look again. */
export async function untilAlone<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let meetings = 0; ; meetings++) {
    try {
      return await work();
    } catch (error) {
      if (!isCollision(error) || meetings === mostMeetings) throw error;
    }
  }
}

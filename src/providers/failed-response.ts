import { z } from "zod";

const Coded = z.object({ code: z.union([z.string(), z.number()]) });

/** A failure that came where an answer should, in the form of the SDKs' errors. */
export class FailedResponse extends Error {
  override readonly name = "FailedResponse";
  /** What the vendor says of it. */
  readonly error: unknown;
  readonly code: string | number | undefined;

  constructor(error: unknown) {
    // The vendor's words may quote the request.
    super("the response failed");
    this.error = error;
    this.code = Coded.safeParse(error).data?.code;
  }
}

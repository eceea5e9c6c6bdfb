/** For those who wait as long as it takes. */
export const neverAborted: AbortSignal = new AbortController().signal;

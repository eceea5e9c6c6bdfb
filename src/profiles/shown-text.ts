const longest = 60;
/** How the keys of vendors begin. */
const keyStart =
  /^["']?(?:sk|pk|rk|gsk|hf|xai|ghp|key|bearer|akia|asia|aiza|eyj)(?:[-_ ]|[a-z0-9]{12,})/i;
const longRun = /[A-Za-z0-9+/=]{20,}/g;

/**
 * Text of a configuration file as a message may show it: in quotes, short, and
 * not at all if it looks like a key that stands in the wrong place.
 */
export function shownText(text: string): string {
  if (looksLikeKey(text)) return "(a text that looks like a key)";
  return JSON.stringify(
    text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`,
  );
}

function looksLikeKey(text: string): boolean {
  if (keyStart.test(text)) return true;
  return (text.match(longRun) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run));
}

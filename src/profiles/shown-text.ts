const longest = 60;
/** How the keys of vendors begin, wherever in the text: people glue them to something else. */
const keyStart =
  /(?:^|[^a-z0-9])(?:sk|pk|rk|gsk|hf|xai|ghp|bearer|akia|asia|aiza|eyj)(?:[-_ ]|[a-z0-9]{12,})|^["']?key[-_ ]/i;
const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;
const longRun = /[A-Za-z0-9+/=]{20,}|[A-Za-z0-9]{16,}/g;
/** Where a letter meets a digit, or a small letter a capital: names have few such places. */
const jolt = /[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])/g;
const mostJolts = 6;

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
  if (keyStart.test(text) || uuid.test(text)) return true;
  // A key that hyphens cut into short parts.
  if ((text.match(jolt)?.length ?? 0) > mostJolts) return true;
  return (text.match(longRun) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run));
}

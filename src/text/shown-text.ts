const hidden = "(a text that looks like a key)";
const longest = 60;
/** How the keys of vendors begin, wherever in the text: people glue them to something else. */
const keyStart =
  /(?:^|[^a-z0-9])(?:sk|pk|rk|gsk|hf|xai|ghp|bearer|akia|asia|aiza|eyj)(?:[-_ ]|[a-z0-9]{12,})|^["']?key[-_ ]/i;
const keyWordStart =
  /(?:^|[^a-z0-9])(?:sk|pk|rk|gsk|hf|xai|ghp|akia|asia|aiza|eyj)(?:[-_][\w-]{8,}|[a-z0-9]{12,})/i;
const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;
const longRun = /[A-Za-z0-9+/=]{20,}|[A-Za-z0-9]{16,}/g;
/** Where a letter meets a digit, or a small letter a capital: names have few such places. */
const wake = /[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])/g;
const maxWakeups = 6;

/**
 * Text of a setting or a configuration file as a message may show it: in quotes, short, and
 * not at all if it looks like a key that stands in the wrong place.
 */
export function shownText(text: string): string {
  if (looksLikeKey(text)) return hidden;
  return JSON.stringify(
    text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`,
  );
}

/**
 * A message without the words in it that look like keys, which people paste
 * into any setting. It looks less closely than `shownText`: paths and names of
 * hosts are not taken for keys, as long as none of their parts looks like one.
 */
export function withoutPastedKeys(message: string): string {
  return message.replace(/[^\s"'`,;()<>{}]+/g, (word) => {
    const isPath = /^\.{0,2}\/|^[a-z]:[\\/]|:\/\//i.test(word);
    const parts = isPath ? word.split(/[\\/]+/) : [word];
    return parts.some(isKeyWord) ? hidden : word;
  });
}

function isKeyWord(word: string): boolean {
  return keyWordStart.test(word) || uuid.test(word) || hasMixedRun(word);
}

function looksLikeKey(text: string): boolean {
  if (keyStart.test(text) || uuid.test(text)) return true;
  // A key that hyphens cut into short parts.
  if ((text.match(wake)?.length ?? 0) > maxWakeups) return true;
  return hasMixedRun(text);
}

/** Letters and digits on end, as names do not have them. */
function hasMixedRun(text: string): boolean {
  return (text.match(longRun) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run));
}

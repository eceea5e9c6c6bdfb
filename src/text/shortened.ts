/** The beginning of a text that is too long to be passed on whole; no character is cut in two. */
export function shortened(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters).toWellFormed()}…`;
}

/** The number that an option of the command line gives. Throws when it is none above 0. */
export function positiveOption(name: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new RangeError(`--${name} is "${text}"; expected a number above 0`);
}

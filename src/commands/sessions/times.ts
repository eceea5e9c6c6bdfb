/** A time for machines; null stays null. */
export function toIso(milliseconds: number): string;
export function toIso(milliseconds: number | null): string | null;
export function toIso(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** A time for people, where this machine is: `2026-11-20 09:05:00`. */
export function toLocalTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()];
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()];
  return `${date.map(twoDigits).join("-")} ${clock.map(twoDigits).join(":")}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

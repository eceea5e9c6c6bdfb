import type { Secret } from "../secrets/secret.ts";
import { withoutKeys } from "../secrets/without-keys.ts";
import type { Finding } from "./finding.ts";

/** What is shorter stands in ordinary words, too. */
const shortest = 6;

/**
 * Takes keys out of findings, whatever brought them there: a vendor may list a
 * model by any name. Each part of an IAM key pair counts.
 */
export function redacted(findings: readonly Finding[], secrets: readonly Secret[]): Finding[] {
  const texts = secrets
    .map((secret) => secret.reveal())
    .flatMap((text) => [text, ...text.split(":")])
    .filter((text) => text.length >= shortest);
  const clean = (words: string) => withoutKeys(words, texts);
  return findings.map(({ check, verdict, detail, remedy }) => ({
    check: clean(check),
    verdict,
    detail: clean(detail),
    remedy: remedy === null ? null : clean(remedy),
  }));
}

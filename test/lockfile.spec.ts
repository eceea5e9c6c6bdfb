import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

interface LockedPackage {
  readonly optional?: boolean;
  readonly resolved?: string;
  readonly engines?: { readonly node?: string };
}

const oldestNpmRunsOn = 20;

const locked: [string, LockedPackage][] = Object.entries(
  JSON.parse(readFileSync("package-lock.json", "utf8")).packages,
);

describe("package-lock.json", () => {
  it("carries no download addresses", () => {
    assert.deepEqual(
      locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path),
      [],
    );
  });

  // npm says nothing when it leaves out an optional package for its engines; Node 24
  // comes by npm itself, after that choice. Such a package must be a plain dependency.
  it(`lets npm on Node ${oldestNpmRunsOn} install every optional package`, () => {
    const optional = locked.filter(([, { optional }]) => optional === true);
    assert.notEqual(optional.length, 0);
    assert.deepEqual(
      optional
        .filter(([, { engines }]) => !takes(engines?.node ?? "*", oldestNpmRunsOn))
        .map(([path, { engines }]) => `${path} needs Node ${engines?.node}`),
      [],
    );
  });
});

/** Whether an alternative of a range such as `^20.19 || >=22` begins at `major` or before. */
function takes(range: string, major: number): boolean {
  return range.split("||").some((part) => Number(/\d+/.exec(part)?.[0] ?? 0) <= major);
}

"""Runs the suites, all of them or those that are named, and prints how many checks passed."""

import asyncio
import sys

from suite import Report
from suites import (
    contract,
    doctor,
    grpcurl,
    limits,
    operations,
    orchestrator,
    predict,
    registration,
    shapes,
    shutdown,
    streams,
    strict,
)

SUITES = {
    module.__name__.removeprefix("suites."): module.suite
    for module in (
        contract,
        registration,
        predict,
        shapes,
        streams,
        limits,
        operations,
        shutdown,
        strict,
        orchestrator,
        grpcurl,
        doctor,
    )
}


async def main(names: list[str]) -> int:
    if unknown := set(names) - SUITES.keys():
        print(f"no suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
        return 2
    report = Report()
    for name in names or SUITES:
        await SUITES[name].run(name, report)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))

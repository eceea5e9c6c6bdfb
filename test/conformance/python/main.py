"""Runs the suites, all of them or those that are named, and prints how many checks passed."""

import asyncio
import sys

from suite import Report
from suites import (
    contract,
    doctor,
    frozen,
    grpcurl,
    limits,
    operations,
    orchestrator,
    predict,
    registration,
    restarts,
    shapes,
    shutdown,
    streams,
    strict,
    unread,
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
        unread,
        restarts,
        frozen,
        grpcurl,
        doctor,
    )
}


async def main(names: list[str]) -> int:
    if unknown := set(names) - SUITES.keys():
        print(f"no suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
        return 2
    report = Report()
    chosen = {name: SUITES[name] for name in names or SUITES}
    patient = [
        asyncio.create_task(suite.run(name, report))
        for name, suite in chosen.items()
        if suite.is_patient
    ]
    for name, suite in chosen.items():
        if not suite.is_patient:
            await suite.run(name, report)
    await asyncio.gather(*patient)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))

"""Checks with titles: how they are declared, run and counted."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

Fixture = TypeVar("Fixture")
Check = Callable[[Fixture], Awaitable[None]]

CHECK_LIMIT_SECONDS = 30
PATIENT_LIMIT_SECONDS = 400


class Report:
    """Prints one line for each check and counts them."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    async def run(
        self, title: str, check: Awaitable[None], limit: float = CHECK_LIMIT_SECONDS
    ) -> None:
        try:
            await asyncio.wait_for(check, limit)
        except (Exception, asyncio.CancelledError):  # reading a cut stream raises the latter
            self.fail(title)
        else:
            self.passed += 1
            print(f"ok {title}")

    def fail(self, title: str) -> None:
        """Counts the exception that is being handled."""
        self.failed += 1
        print(f"not ok {title}")
        print("".join(f"    {line}\n" for line in traceback.format_exc().splitlines()), end="")


class Suite(Generic[Fixture]):
    """
    Checks that share what their fixture sets up; they run in the order of their
    declaration. A patient suite waits for most of its time: its checks run at once,
    beside the other suites.
    """

    def __init__(
        self,
        fixture: Callable[[], AbstractAsyncContextManager[Fixture]],
        is_patient: bool = False,
    ) -> None:
        self._fixture = fixture
        self.is_patient = is_patient
        self._checks: list[tuple[str, Check[Fixture]]] = []

    def check(self, title: str) -> Callable[[Check[Fixture]], Check[Fixture]]:
        """Declares the function below it as a check."""

        def declare(function: Check[Fixture]) -> Check[Fixture]:
            self._checks.append((title, function))
            return function

        return declare

    async def run(self, name: str, report: Report) -> None:
        """Runs the checks; a fixture that fails to begin or to end is a failure, too."""
        try:
            async with self._fixture() as fixture:
                if self.is_patient:
                    runs = [
                        report.run(title, function(fixture), PATIENT_LIMIT_SECONDS)
                        for title, function in self._checks
                    ]
                    await asyncio.gather(*runs)
                    return
                for title, function in self._checks:
                    await report.run(title, function(fixture))
        except Exception:
            report.fail(f"{name}: its fixture begins and ends")

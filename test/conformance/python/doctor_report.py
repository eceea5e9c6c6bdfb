"""What `arena doctor` says about a container of ours that is like the arena's template."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from json_lines import LONGEST_LINE, JsonLines
from server_process import REPOSITORY, arena_command

SCRIPT = Path(__file__).with_name("blocking_template.py")


class DoctorReport:
    """The report, by the titles of the checks."""

    def __init__(self, report: dict[str, Any]) -> None:
        self._checks = {f"{one['requirement']} {one['title']}": one for one in report["checks"]}

    def verdicts(self, requirement: str) -> dict[str, str]:
        """The verdict of each check of a requirement."""
        own = {
            one["title"]: one["verdict"]
            for one in self._checks.values()
            if one["requirement"] == requirement
        }
        assert own, f"nothing about {requirement}"
        return own

    def details(self, requirement: str) -> list[str]:
        """What was seen, check by check."""
        return [
            one["detail"] for one in self._checks.values() if one["requirement"] == requirement
        ]


async def examine(block_seconds: float, requirements: Sequence[str]) -> DoctorReport:
    """Has the doctor examine a template whose model blocks for so long."""
    async with _template(block_seconds) as address:
        only = [word for name in requirements for word in ("--only", name)]
        doctor = await asyncio.create_subprocess_exec(
            *arena_command(),
            "doctor",
            address,
            "--json",
            *only,
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        output, _ = await doctor.communicate()
        assert doctor.returncode == 1, f"exit code {doctor.returncode}: {output.decode()}"
        return DoctorReport(json.loads(output))


@asynccontextmanager
async def _template(block_seconds: float) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        SCRIPT,
        str(block_seconds),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
    )
    lines = JsonLines(process.stdout)
    try:
        serving = await lines.first(event="serving")
        yield f"127.0.0.1:{serving['port']}"
    finally:
        process.kill()
        await process.wait()
        await lines.ended()

"""A client of the server that is a process of its own, as the test sees it."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import Self

from json_lines import LIMIT_SECONDS, LONGEST_LINE, JsonLines, Line

FOLDER = Path(__file__).parent


class PeerProcess:
    """Tells it what to do by JSON lines, collects its events, and ends it as machines do."""

    script: ClassVar[str]

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._events = JsonLines(process.stdout)

    @classmethod
    async def start(cls, address: str) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            FOLDER / cls.script,
            address,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        return cls(process)

    async def told(self, event: str, **facts: Any) -> Line:
        """Waits for an event with these facts, unless it happened already."""
        return await self._events.first(event=event, **facts)

    def events(self, name: str) -> list[Line]:
        return [line for line in self._events.lines if line.get("event") == name]

    def freeze(self) -> None:
        """From now on it reads nothing, but its machine still takes bytes for it."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    async def end(self) -> int:
        """Waits until it has ended by itself, and returns its exit code."""
        code = await asyncio.wait_for(self._process.wait(), LIMIT_SECONDS)
        await self._events.ended()
        return code

    async def kill(self) -> None:
        if not self.has_ended:
            self._process.kill()
        await self._process.wait()
        await self._events.ended()

    def _tell(self, line: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(line)}\n".encode())

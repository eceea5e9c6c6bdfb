"""The JSON lines that a process writes, and waiting for one of them."""

import asyncio
import json
from contextlib import suppress
from typing import Any

LIMIT_SECONDS = 15
LONGEST_LINE = 2**24  # for the `limit` of the subprocess

Line = dict[str, Any]


class JsonLines:
    """Collects lines until the process ends; what is no JSON object is kept as `msg`."""

    def __init__(self, output: asyncio.StreamReader | None) -> None:
        assert output is not None, "the process was started without a pipe for its output"
        self._output = output
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())
        self._has_ended = False
        self.lines: list[Line] = []

    async def first(self, **facts: Any) -> Line:
        """Waits for a line with these facts, unless it is there already."""

        def find() -> Line | None:
            return next((line for line in self.lines if facts.items() <= line.items()), None)

        async with self._changed:
            waiting = self._changed.wait_for(lambda: find() or self._has_ended)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(waiting, LIMIT_SECONDS)
            line = find()
        assert line is not None, f"no line with {facts} in\n{self.tail()}"
        return line

    def tail(self) -> str:
        return "\n".join(json.dumps(line) for line in self.lines[-20:])

    async def ended(self) -> None:
        await self._reading

    async def _read(self) -> None:
        async for line in self._output:
            async with self._changed:
                self.lines.append(_parse(line))
                self._changed.notify_all()
        async with self._changed:
            self._has_ended = True
            self._changed.notify_all()


def _parse(line: bytes) -> Line:
    with suppress(ValueError):
        parsed = json.loads(line)
        if isinstance(parsed, dict):
            return parsed
    return {"msg": line.decode(errors="replace").rstrip()}

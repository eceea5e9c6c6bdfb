"""One life of the imitated orchestrator, as the test sees it."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from arena_client import MODEL_ID, Ids
from server_process import ServerProcess

SCRIPT = Path(__file__).with_name("platform_orchestrator.py")
LIMIT_SECONDS = 15
Event = dict[str, Any]


class OrchestratorProcess:
    """Sends it requests, collects its events, and ends it as machines do: without a word."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())
        self.events: list[Event] = []

    @classmethod
    async def start(cls, server: ServerProcess) -> "OrchestratorProcess":
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, SCRIPT, server.address, stdin=pipe, stdout=pipe
        )
        return cls(process)

    def send(self, request: str, ids: Ids) -> None:
        """Has its predict thread send the request, after those before it."""
        assert self._process.stdin is not None
        message = {"request": request, "modelID": MODEL_ID}
        named = {**message, "sessionID": ids.session, "messageID": ids.message}
        self._process.stdin.write(f"{json.dumps(named)}\n".encode())

    async def told(self, event: str, **facts: Any) -> Event:
        """Waits for an event with these facts, unless it happened already."""
        wanted = {"event": event, **facts}.items()

        def find() -> Event | None:
            return next((told for told in self.events if wanted <= told.items()), None)

        async with self._changed:
            try:
                found = await asyncio.wait_for(self._changed.wait_for(find), LIMIT_SECONDS)
            except asyncio.TimeoutError:
                found = None
        assert found, f"no {wanted} in {self.events[-20:]}"
        return found

    def deaths(self) -> list[Event]:
        """The threads that will never call again."""
        return [event for event in self.events if event["event"] == "dead"]

    def freeze(self) -> None:
        """From now on it reads nothing, but its machine still takes bytes for it."""
        self._process.send_signal(signal.SIGSTOP)

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._changed:
                self.events.append(json.loads(line))
                self._changed.notify_all()

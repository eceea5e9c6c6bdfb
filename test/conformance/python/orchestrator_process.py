"""One life of the imitated orchestrator, as the test sees it."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from answers import Ids
from arena_client import MODEL_ID
from json_lines import LONGEST_LINE, JsonLines, Line
from server_process import ServerProcess

SCRIPT = Path(__file__).with_name("platform_orchestrator.py")


class OrchestratorProcess:
    """Sends it requests, collects its events, and ends it as machines do: without a word."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._events = JsonLines(process.stdout)

    @classmethod
    async def start(cls, server: ServerProcess) -> "OrchestratorProcess":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            SCRIPT,
            server.address,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        return cls(process)

    def send(self, request: str, ids: Ids) -> None:
        """Has its predict thread send the request, after those before it."""
        assert self._process.stdin is not None
        named = {"modelID": MODEL_ID, "sessionID": ids.session, "messageID": ids.message}
        self._process.stdin.write(f"{json.dumps({'request': request, **named})}\n".encode())

    async def told(self, event: str, **facts: Any) -> Line:
        """Waits for an event with these facts, unless it happened already."""
        return await self._events.first(event=event, **facts)

    def events(self, name: str) -> list[Line]:
        return [line for line in self._events.lines if line.get("event") == name]

    def freeze(self) -> None:
        """From now on it reads nothing, but its machine still takes bytes for it."""
        self._process.send_signal(signal.SIGSTOP)

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._events.ended()

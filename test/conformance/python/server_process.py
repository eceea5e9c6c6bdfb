"""The server under test: a process of its own, on free ports, ended by its pid."""

import asyncio
import os
import signal
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from json_lines import LONGEST_LINE, JsonLines, Line

REPOSITORY = Path(__file__).resolve().parents[3]
CONFORMANCE = REPOSITORY / "test" / "conformance"
NODE = REPOSITORY / "node_modules" / ".bin" / "node"
OBEDIENT_MODEL = "./models/obedient-model.ts"
LIMIT_SECONDS = 15


class ServerProcess:
    """A running server, its log and its figures."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._log = JsonLines(process.stdout)
        self._is_terminated = False
        self.address = ""
        self._http_port = 0

    @classmethod
    async def start(cls, settings: dict[str, str]) -> "ServerProcess":
        process = await asyncio.create_subprocess_exec(
            *arena_command(),
            "serve",
            cwd=CONFORMANCE,
            env=_environment(settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE,
        )
        server = cls(process)
        try:
            serving = await server.logged("serving")
        except BaseException:
            await server.kill()
            raise
        server.address = f"127.0.0.1:{serving['grpcPort']}"
        server._http_port = serving["httpPort"]
        return server

    async def logged(self, message: str, **fields: Any) -> Line:
        """Waits for a line with this message and these fields, unless it is there already."""
        return await self._log.first(msg=message, **fields)

    async def shows(self, metric: str, value: float) -> None:
        """Waits until the metric has this value; nothing tells of its change."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while (shown := await self.metric(metric)) != value:
            assert time.monotonic() < deadline, f"{metric} is {shown}, not {value}"
            await asyncio.sleep(0.02)

    async def metric(self, name: str) -> float:
        """Its value, summed over its labels; 0 while nothing was counted."""
        return await asyncio.to_thread(self._read_metric, name)

    async def terminate(self) -> None:
        """Sends SIGTERM, once: a second one would end the server at once."""
        if self._process.returncode is None and not self._is_terminated:
            # Whatever a suite did until now, no peer of the arena floods a server.
            cut = await self.metric("arena_connections_cut_total")
            assert cut == 0, f"{cut} connections were cut:\n{self._log.tail()}"
            self._process.send_signal(signal.SIGTERM)
        self._is_terminated = True

    async def expect_clean_end(self) -> None:
        code = await asyncio.wait_for(self._process.wait(), LIMIT_SECONDS)
        assert code == 0, f"exit code {code}:\n{self._log.tail()}"

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._log.ended()

    def _read_metric(self, name: str) -> float:
        address = f"http://127.0.0.1:{self._http_port}/metrics"
        with urllib.request.urlopen(address, timeout=LIMIT_SECONDS) as response:
            text = response.read().decode()
        assert f"# TYPE {name} " in text, f"there is no metric {name}"
        counted = (line for line in text.splitlines() if line.startswith((f"{name} ", f"{name}{{")))
        return sum(float(line.rpartition(" ")[2]) for line in counted)


def arena_command() -> list[str | Path]:
    """Node and the server's entry, which may also be its source."""
    words = os.environ["CONFORMANCE_SERVER"].split(" ")
    return [NODE, *(REPOSITORY / word if "/" in word else word for word in words)]


def _environment(settings: dict[str, str]) -> dict[str, str]:
    """Nothing of the tester's own settings reaches the server."""
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **own,
        "GRPC_HOST": "127.0.0.1",
        "GRPC_PORT": "0",
        # Every server of these suites begins with nothing.
        "QUEUE_URL": "memory:",
        "HTTP_PORT": "0",
        "DRAIN_TIMEOUT_MS": "5000",
        "MODEL": OBEDIENT_MODEL,
        **settings,
    }


@asynccontextmanager
async def serving(settings: dict[str, str] | None = None) -> AsyncIterator[ServerProcess]:
    """A server that must end with exit code 0 when it is told to stop."""
    server = await ServerProcess.start(settings or {})
    try:
        yield server
        await server.terminate()
        await server.expect_clean_end()
    finally:
        await server.kill()

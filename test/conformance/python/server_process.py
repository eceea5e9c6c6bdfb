"""The server under test: a process of its own, on free ports, ended by its pid."""

import asyncio
import json
import os
import signal
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
CONFORMANCE = REPOSITORY / "test" / "conformance"
OBEDIENT_MODEL = "./models/obedient-model.ts"
LIMIT_SECONDS = 15
LONGEST_LINE = 2**24


class ServerProcess:
    """A running server and the lines that it logs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[dict[str, Any]] = []
        self._changed = asyncio.Condition()
        self._ended = False
        self._terminated = False
        self._reading = asyncio.create_task(self._read())
        self.address = ""
        self.http_port = 0

    @classmethod
    async def start(cls, settings: dict[str, str]) -> "ServerProcess":
        node = REPOSITORY / "node_modules" / ".bin" / "node"
        words = os.environ["CONFORMANCE_SERVER"].split(" ")
        arguments = [str(REPOSITORY / word) if "/" in word else word for word in words]
        process = await asyncio.create_subprocess_exec(
            node,
            *arguments,
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
        server.http_port = serving["httpPort"]
        return server

    async def logged(self, message: str, **fields: Any) -> dict[str, Any]:
        """Waits for a line with this message and these fields, unless it is there already."""

        def find() -> dict[str, Any] | None:
            wanted = {"msg": message, **fields}.items()
            return next((line for line in self._lines if wanted <= line.items()), None)

        async with self._changed:
            waiting = self._changed.wait_for(lambda: find() or self._ended)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(waiting, LIMIT_SECONDS)
            line = find()
        if line is None:
            raise AssertionError(f"no line {message!r} {fields} in the log:\n{self.log()}")
        return line

    async def shows(self, metric: str, value: float) -> None:
        """Waits until the metric without labels has this value: nothing tells of its change."""

        def read() -> float:
            address = f"http://127.0.0.1:{self.http_port}/metrics"
            with urllib.request.urlopen(address, timeout=LIMIT_SECONDS) as response:
                lines = response.read().decode().splitlines()
            return next(
                float(line.split(" ")[1]) for line in lines if line.startswith(f"{metric} ")
            )

        deadline = time.monotonic() + LIMIT_SECONDS
        while (shown := await asyncio.to_thread(read)) != value:
            assert time.monotonic() < deadline, f"{metric} is {shown}, not {value}"
            await asyncio.sleep(0.02)

    def log(self) -> str:
        return "\n".join(json.dumps(line) for line in self._lines[-40:])

    def terminate(self) -> None:
        """Sends SIGTERM, once: a second one would end the server at once."""
        if self._process.returncode is None and not self._terminated:
            self._process.send_signal(signal.SIGTERM)
        self._terminated = True

    async def exit_code(self) -> int:
        """Waits for the server's end."""
        return await asyncio.wait_for(self._process.wait(), LIMIT_SECONDS)

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._changed:
                self._lines.append(_parse(line))
                self._changed.notify_all()
        async with self._changed:
            self._ended = True
            self._changed.notify_all()


def _environment(settings: dict[str, str]) -> dict[str, str]:
    """Nothing of the tester's own settings reaches the server."""
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **own,
        "GRPC_HOST": "127.0.0.1",
        "GRPC_PORT": "0",
        "HTTP_PORT": "0",
        "DRAIN_TIMEOUT_MS": "5000",
        "MODEL": OBEDIENT_MODEL,
        **settings,
    }


def _parse(line: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {"msg": line.decode(errors="replace").rstrip()}


@asynccontextmanager
async def serving(settings: dict[str, str] | None = None) -> AsyncIterator[ServerProcess]:
    """A server that must end with exit code 0 when it is told to stop."""
    server = await ServerProcess.start(settings or {})
    try:
        yield server
        server.terminate()
        code = await server.exit_code()
        assert code == 0, f"exit code {code}:\n{server.log()}"
    finally:
        await server.kill()

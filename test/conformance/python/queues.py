"""The queues that a server may have, each an empty one."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from json_lines import LONGEST_LINE, JsonLines
from server_process import CONFORMANCE, NODE

QUEUES = ("memory", "sqlite", "postgres")


class Queues:
    """Makes queues. The Postgres begins when it is needed first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = (f"queue-{number}" for number in itertools.count(1))
        self._postgres: asyncio.subprocess.Process | None = None
        self._databases: JsonLines | None = None

    async def url(self, kind: str) -> str:
        name = next(self._names)
        match kind:
            case "memory":
                return "memory:"
            case "sqlite":
                return f"sqlite:{self._folder / name}.sqlite"
        return await self._database(name)

    async def end(self) -> None:
        if self._postgres is None or self._postgres.stdin is None:
            return
        self._postgres.stdin.close()
        await self._postgres.wait()

    async def _database(self, name: str) -> str:
        if self._postgres is None or self._databases is None:
            self._postgres = await asyncio.create_subprocess_exec(
                NODE,
                "--conditions=source",
                CONFORMANCE / "postgres.ts",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE,
            )
            self._databases = JsonLines(self._postgres.stdout)
            await self._databases.first(msg="ready")
        assert self._postgres.stdin is not None
        self._postgres.stdin.write(f"{name}\n".encode())
        return str((await self._databases.first(msg="database", name=name))["url"])


@asynccontextmanager
async def queues() -> AsyncIterator[Queues]:
    with TemporaryDirectory(prefix="arena-conformance-") as folder:
        made = Queues(Path(folder))
        try:
            yield made
        finally:
            await made.end()

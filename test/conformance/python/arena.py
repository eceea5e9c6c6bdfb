"""A server with one orchestrator that listens: what most suites need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from answers import Answer, Ids
from arena_client import ArenaClient
from inbox import Inbox
from server_process import ServerProcess, serving


@dataclass(frozen=True)
class Arena:
    server: ServerProcess
    client: ArenaClient
    inbox: Inbox

    async def ask(self, request: str, ids: Ids | None = None) -> Answer:
        """Sends a request and waits for its answer."""
        return await self.inbox.take(await self.client.predict(request, ids))


@asynccontextmanager
async def arena(settings: dict[str, str] | None = None) -> AsyncIterator[Arena]:
    """In the end the stream must end as a lone server ends it, and nothing may be left that nobody asked for."""
    async with serving(settings) as server, ArenaClient(server) as client:
        inbox = Inbox()
        inbox.read_from(await client.stream())
        yield Arena(server, client, inbox)
        await server.terminate()
        await inbox.ended()
        assert not inbox.left(), f"answers that nobody asked for: {inbox.left()}"

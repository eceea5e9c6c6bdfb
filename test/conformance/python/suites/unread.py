"""What gRPC acknowledged and Python never read goes to the next reader."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from answers import Ids
from arena_client import ArenaClient
from queues import QUEUES, Queues, queues
from reader_process import ReaderProcess
from requests_text import say
from server_process import ServerProcess, serving
from suite import Suite

suite = Suite(queues)

REPEATED = "arena_answers_repeated_total"
AT_ONCE = 50


@asynccontextmanager
async def _reader(server: ServerProcess) -> AsyncIterator[ReaderProcess]:
    reader = await ReaderProcess.start(server.address)
    try:
        await reader.told("stream opened")
        yield reader
        await reader.leave()
    finally:
        await reader.kill()


async def _acknowledged(server: ServerProcess, client: ArenaClient, count: int) -> set[Ids]:
    """Sends so many requests and waits until the stream's HTTP/2 has all their answers."""
    asked: set[Ids] = set()
    while len(asked) < count:
        few = [client.predict(say("hello")) for _ in range(min(AT_ONCE, count - len(asked)))]
        asked.update(await asyncio.gather(*few))
    await server.shows("arena_unanswered_total", 0)
    await server.shows("arena_answers_undelivered", 0)
    return asked


async def _killed(kind: str, asked: int, read: int, queues: Queues) -> None:
    settings = {"QUEUE_URL": await queues.url(kind)}
    async with serving(settings) as server, ArenaClient(server) as client:
        async with _reader(server) as stuck:
            requests = await _acknowledged(server, client, asked)
            await stuck.read(read)
            await stuck.kill()
            assert len(stuck.has_read()) == read
        await server.shows(REPEATED, asked)
        async with _reader(server) as reader:
            await reader.read(asked - read)
            have = {*stuck.has_read(), *reader.has_read()}
            # What the first one has read comes as well: it cannot be told apart.
            await reader.read(read)
            assert set(reader.has_read()) == requests, f"{len(requests - have)} are missing"
            assert len(reader.has_read()) == asked
            await server.shows("arena_answers_undelivered", 0)


for _kind in QUEUES:
    suite.check(f"ARENA-17 {_kind}: 300 answers that a killed reader never read come again")(
        partial(_killed, _kind, 300, 0)
    )
    suite.check(f"ARENA-17 {_kind}: a reader dies that has read 5 of 1000, and none is missing")(
        partial(_killed, _kind, 1000, 5)
    )


async def _ended(how: str, queues: Queues) -> None:
    settings = {"QUEUE_URL": await queues.url("memory")}
    async with serving(settings) as server, ArenaClient(server) as client:
        async with _reader(server) as reader:
            await _acknowledged(server, client, 20)
            reader.do(how)
            await reader.told("ending", how=how)
            await server.shows("arena_streams_open", 0)
        async with _reader(server) as reader:
            [asked] = await _acknowledged(server, client, 1)
            assert await reader.read(1) == [asked]
            assert await server.metric(REPEATED) == 0


for _how in ("cancel", "close", "return"):
    suite.check(f"ARENA-17 a reader that ends its stream in order ({_how}) leaves nothing behind")(
        partial(_ended, _how)
    )

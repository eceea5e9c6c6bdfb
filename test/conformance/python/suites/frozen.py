"""Orchestrators that are frozen for longer than any keepalive of old allowed (ARENA-22)."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from answers import Ids, new_ids
from arena_client import ArenaClient
from orchestrator_process import OrchestratorProcess
from queues import Queues, queues
from requests_text import say
from server_process import ServerProcess, serving
from suite import Suite

FROZEN_SECONDS = float(os.environ.get("CONFORMANCE_FROZEN_SECONDS", "60"))

# They all wait for the same minute.
suite = Suite(queues, is_patient=True)


@asynccontextmanager
async def _orchestrator(server: ServerProcess) -> AsyncIterator[OrchestratorProcess]:
    orchestrator = await OrchestratorProcess.start(server.address)
    try:
        await orchestrator.told("stream opened")
        await orchestrator.told("dead", call="registerModel")
        yield orchestrator
        deaths = orchestrator.events("dead")
        assert len(deaths) == 1 and not orchestrator.events("stream ended"), deaths
    finally:
        await orchestrator.kill()


async def _ask(orchestrator: OrchestratorProcess, count: int) -> list[Ids]:
    """Has it call predict so often."""
    asked = [new_ids() for _ in range(count)]
    for ids in asked:
        orchestrator.send(say("hello"), ids)
    for ids in asked:
        await orchestrator.told("predicted", session=ids.session, message=ids.message)
    return asked


async def _has(orchestrator: OrchestratorProcess, asked: list[Ids]) -> None:
    for ids in asked:
        await orchestrator.told("answer", session=ids.session, message=ids.message)


async def _alone(kind: str, queues: Queues) -> None:
    settings = {"QUEUE_URL": await queues.url(kind)}
    async with (
        serving(settings) as server,
        ArenaClient(server) as operator,
        _orchestrator(server) as frozen,
    ):
        # Its own, which are answered while it is frozen, and those of another one.
        asked = await _ask(frozen, 1)
        held = [new_ids() for _ in range(20)]
        for ids in held:
            frozen.send(say("wait for the frost"), ids)
        for ids in held:
            await frozen.told("predicted", session=ids.session, message=ids.message)
        await _has(frozen, asked)
        frozen.freeze()
        await operator.open_gate("the frost")
        asked += held + [await operator.predict(say("hello")) for _ in range(50)]
        await server.shows("arena_unanswered_total", 0)
        await asyncio.sleep(FROZEN_SECONDS)
        assert await server.metric("arena_streams_open") == 1
        frozen.thaw()
        await _has(frozen, asked)
        asked += await _ask(frozen, 20)
        await _has(frozen, asked)
        await server.shows("arena_answers_undelivered", 0)
        assert frozen.answered() == Counter(asked), frozen.answered() - Counter(asked)


async def _beside_another(kind: str, queues: Queues) -> None:
    settings = {"QUEUE_URL": await queues.url(kind)}
    async with (
        serving(settings) as server,
        ArenaClient(server) as operator,
        _orchestrator(server) as frozen,
    ):
        frozen.freeze()
        asked = [await operator.predict(say("hello")) for _ in range(50)]
        await server.shows("arena_unanswered_total", 0)
        async with _orchestrator(server) as other:
            await asyncio.sleep(FROZEN_SECONDS)
            # Whatever lies in the frozen one's machine, the other one has it all.
            await _has(other, asked)
            assert other.answered() == Counter(asked), other.answered() - Counter(asked)
            frozen.thaw()
            late = await _ask(frozen, 50)
            await server.shows("arena_unanswered_total", 0)
            await server.shows("arena_answers_undelivered", 0)
            await frozen.kill()
            both = frozen.answered() + other.answered()
            assert both.keys() == {*asked, *late}, both.keys() ^ {*asked, *late}


for _kind in ("memory", "sqlite"):
    suite.check(f"ARENA-22 {_kind}: frozen, then everything is answered exactly once")(
        partial(_alone, _kind)
    )
    suite.check(f"ARENA-17 {_kind}: what a frozen one does not acknowledge goes to another one")(
        partial(_beside_another, _kind)
    )

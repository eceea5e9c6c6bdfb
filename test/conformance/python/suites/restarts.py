"""Which orchestrator goes on after which server has stopped (ARENA-20)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from answers import Ids, new_ids
from balancer import Balancer
from orchestrator_process import OrchestratorProcess, SmallOrchestratorProcess
from queues import Queues, queues
from requests_text import say
from server_process import serving
from suite import Suite

suite = Suite(queues)


@asynccontextmanager
async def _life(
    process: type[OrchestratorProcess], address: str
) -> AsyncIterator[OrchestratorProcess]:
    life = await process.start(address)
    try:
        await life.told("stream opened")
        yield life
    finally:
        await life.kill()


async def _answered(life: OrchestratorProcess, asked: list[Ids]) -> None:
    for ids in asked:
        life.send(say("hello"), ids)
    for ids in asked:
        await life.told("answer", session=ids.session, message=ids.message)


def _ids(count: int) -> list[Ids]:
    return [new_ids() for _ in range(count)]


async def _small_one(kind: str, queues: Queues) -> None:
    settings = {"QUEUE_URL": await queues.url(kind)}
    async with AsyncExitStack() as first:
        server = await first.enter_async_context(serving(settings))
        life = await first.enter_async_context(_life(SmallOrchestratorProcess, server.address))
        await _answered(life, _ids(5))
        await server.terminate()
        await life.told("dead", code="UNAVAILABLE")
        assert await life.end() == 1, "a restart policy acts on a process that has ended"
    async with (
        serving(settings) as server,
        _life(SmallOrchestratorProcess, server.address) as life,
    ):
        await _answered(life, _ids(20))
        await server.terminate()
        await life.end()


async def _platforms_one(kind: str, queues: Queues) -> None:
    settings = {"QUEUE_URL": await queues.url(kind)}
    async with (
        serving(settings) as server,
        _life(OrchestratorProcess, server.address) as life,
    ):
        await _answered(life, _ids(5))
        await server.terminate()
        await life.told("dead", call="sendPrediction", code="UNAVAILABLE")
        assert not life.events("stream ended")


for _kind in ("memory", "sqlite"):
    suite.check(f"ARENA-20 {_kind}: a lone server stops, and the small orchestrator's process ends")(
        partial(_small_one, _kind)
    )
    suite.check(f"ARENA-20 {_kind}: a lone server stops, and the platform's thread ends")(
        partial(_platforms_one, _kind)
    )


@suite.check("ARENA-20 postgres: a gateway stops, and the platform's orchestrator goes on with another")
async def _(queues: Queues) -> None:
    shared = {"QUEUE_URL": await queues.url("postgres")}
    gateway = {**shared, "ROLE": "gateway"}
    async with (
        Balancer() as balancer,
        serving({**shared, "ROLE": "worker"}),
        serving(gateway) as other,
        AsyncExitStack() as first,
    ):
        server = await first.enter_async_context(serving(gateway))
        balancer.lead_to(server.address)
        life = await first.enter_async_context(_life(OrchestratorProcess, balancer.address))
        await _answered(life, _ids(5))
        balancer.lead_to(other.address)
        await server.terminate()
        during = _ids(20)
        await _answered(life, during)
        await life.told("stream ended", code="OK")
        await server.expect_clean_end()
        # These come over the second stream only, so that it is open by then.
        await _answered(life, _ids(20))
        assert len(life.events("stream opened")) == 2
        assert {event["call"] for event in life.events("dead")} <= {"registerModel"}
        assert set(life.answered().values()) == {1}, life.answered()

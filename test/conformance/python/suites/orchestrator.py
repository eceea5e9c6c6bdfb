"""A session of the platform's orchestrator, which one gRPC error would silence for ever."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from answers import Ids, new_ids
from arena_client import ArenaClient
from json_lines import Line
from orchestrator_process import OrchestratorProcess
from requests_text import say
from server_process import ServerProcess, serving
from suite import Suite


@dataclass
class Session:
    """A server that little exceeds, the lives of its orchestrator, and what was asked."""

    server: ServerProcess
    operator: ArenaClient
    lives: list[OrchestratorProcess] = field(default_factory=list)
    asked: list[Ids] = field(default_factory=list)
    repeated: int = 0

    @property
    def orchestrator(self) -> OrchestratorProcess:
        return self.lives[-1]

    async def begin_life(self) -> OrchestratorProcess:
        self.lives.append(await OrchestratorProcess.start(self.server.address))
        await self.orchestrator.told("stream opened")
        return self.orchestrator

    async def predict(self, request: str) -> Ids:
        """Has the orchestrator call predict and waits until that returned OK."""
        ids = new_ids()
        self.asked.append(ids)
        self.orchestrator.send(request, ids)
        await self.orchestrator.told("predicted", session=ids.session, message=ids.message)
        return ids

    async def outcome(self, ids: Ids) -> str:
        """Waits for the answer with these ids and says how the request went."""
        told = await self.orchestrator.told("answer", session=ids.session, message=ids.message)
        return str(told["outcome"])

    async def all_acknowledged(self) -> None:
        """Waits until the server knows that all arrived; what it does not know comes again."""
        await self.server.shows("arena_answers_undelivered", 0)

    def events(self, name: str) -> list[Line]:
        return [event for life in self.lives for event in life.events(name)]


@asynccontextmanager
async def _session() -> AsyncIterator[Session]:
    settings = {"MAX_CONCURRENCY": "1", "MAX_QUEUE": "2"}
    async with serving(settings) as server, ArenaClient(server) as operator:
        session = Session(server, operator)
        try:
            await session.begin_life()
            yield session
        finally:
            for life in session.lives:
                await life.kill()


suite = Suite(_session)


@suite.check("orchestrator: ARENA-6 it registers once and then stops to ask")
async def _(session: Session) -> None:
    await session.orchestrator.told("dead", call="registerModel", code="OUT_OF_RANGE")
    assert len(session.events("registered")) == 1


@suite.check("orchestrator: ARENA-9 a full queue, and every request is answered")
async def _(session: Session) -> None:
    accepted = [await session.predict(say("wait for room")) for _ in range(3)]
    refused = [await session.predict(say("hello")) for _ in range(5)]
    assert [await session.outcome(ids) for ids in refused] == ["RESOURCE_EXHAUSTED"] * 5
    await session.operator.open_gate("room")
    assert [await session.outcome(ids) for ids in accepted] == ["OK"] * 3


@suite.check("orchestrator: ARENA-9 bad JSON and a model that throws are answered")
async def _(session: Session) -> None:
    expected = {
        "not JSON": "INVALID_ARGUMENT",
        "{}": "INVALID_ARGUMENT",
        say("throw"): "INTERNAL",
        say("say nothing"): "INTERNAL",
        say("write 5000000"): "RESOURCE_EXHAUSTED",
        say("hello"): "OK",
    }
    for request, outcome in expected.items():
        assert await session.outcome(await session.predict(request)) == outcome, request


@suite.check("orchestrator: ARENA-15 300 mixed requests in a row are answered")
async def _(session: Session) -> None:
    kinds = [say("hello"), say("throw"), "not JSON", say("write 100000"), say("say nothing")]
    mixed = random.Random(1)
    for ids in [await session.predict(mixed.choice(kinds)) for _ in range(300)]:
        await session.outcome(ids)


@suite.check("orchestrator: ARENA-17 killed while requests run, its next life gets the answers")
async def _(session: Session) -> None:
    await session.all_acknowledged()
    asked = [await session.predict(say("wait for the second life")) for _ in range(3)]
    await session.orchestrator.kill()
    await session.operator.open_gate("the second life")
    await session.begin_life()
    assert [await session.outcome(ids) for ids in asked] == ["OK"] * 3


@suite.check("orchestrator: ARENA-6 its next life registers again")
async def _(session: Session) -> None:
    await session.orchestrator.told("registered", model="obedient")
    await session.orchestrator.told("dead", call="registerModel", code="OUT_OF_RANGE")


@suite.check("orchestrator: ARENA-17 frozen, what was written to it comes in its next life")
async def _(session: Session) -> None:
    await session.all_acknowledged()
    asked = [await session.predict(say("wait for the third life")) for _ in range(3)]
    frozen = session.orchestrator
    frozen.freeze()
    await session.operator.open_gate("the third life")
    await session.server.shows("arena_answers_undelivered", 3)
    await frozen.kill()
    await session.begin_life()
    assert [await session.outcome(ids) for ids in asked] == ["OK"] * 3


@suite.check("orchestrator: ARENA-20 a lone server stops, and the thread of its stream ends")
async def _(session: Session) -> None:
    await session.server.shows("arena_unanswered_total", 0)
    await session.all_acknowledged()
    session.repeated = int(await session.server.metric("arena_answers_repeated_total"))
    await session.server.terminate()
    await session.orchestrator.told("dead", call="sendPrediction", code="UNAVAILABLE")
    assert not session.events("stream ended")


@suite.check("orchestrator: every predict was answered, and no thread died in between")
async def _(session: Session) -> None:
    answered = sum((life.answered() for life in session.lives), Counter[Ids]())
    assert answered.keys() == set(session.asked), set(session.asked) ^ answered.keys()
    # A life that ends may have acknowledged what it never read: that comes again.
    twice = answered.total() - len(session.asked)
    assert 0 <= twice <= session.repeated, (twice, session.repeated)
    for life in session.lives:
        deaths = life.events("dead")
        calls = {event["call"] for event in deaths}
        at_the_end = {"sendPrediction"} if life is session.orchestrator else set()
        assert calls - at_the_end == {"registerModel"}, deaths

"""What exceeds a limit becomes an answer, never an error of predict."""

from contextlib import AbstractAsyncContextManager

from arena import Arena, arena
from requests_text import chat, say, user
from suite import Suite


def _narrow_arena() -> AbstractAsyncContextManager[Arena]:
    return arena(
        {
            "MAX_CONCURRENCY": "1",
            "MAX_QUEUE": "2",
            "MAX_REQUEST_BYTES": "1000000",
            "REQUEST_TIMEOUT_MS": "1000",
        }
    )


suite = Suite(_narrow_arena)


@suite.check("ARENA-9 a full queue becomes an answer, and what waits is answered, too")
async def _(arena: Arena) -> None:
    accepted = [await arena.client.predict(say("wait for room")) for _ in range(3)]
    for _ in range(5):
        answer = await arena.ask(say("hello"))
        assert answer.outcome == "RESOURCE_EXHAUSTED", answer
        assert answer.error and answer.error["retryable"] is True, answer
    await arena.client.open_gate("room")
    for ids in accepted:
        assert (await arena.inbox.take(ids)).outcome == "OK"


@suite.check("ARENA-9 a request beyond MAX_REQUEST_BYTES becomes an answer")
async def _(arena: Arena) -> None:
    for size in (1_100_000, 3_500_000):
        answer = await arena.ask(chat(user("x" * size)))
        assert answer.outcome == "INVALID_ARGUMENT", answer


@suite.check("ARENA-9 a deadline that passes becomes an answer, for what runs and what waits")
async def _(arena: Arena) -> None:
    asked = [await arena.client.predict(say("wait for ever")) for _ in range(3)]
    for ids in asked:
        answer = await arena.inbox.take(ids)
        assert answer.outcome == "DEADLINE_EXCEEDED", answer


@suite.check("ARENA-9 the server serves on after all this")
async def _(arena: Arena) -> None:
    assert (await arena.ask(say("hello"))).outcome == "OK"

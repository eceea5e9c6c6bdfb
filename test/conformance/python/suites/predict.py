"""predict: it takes everything, at once, and each request has its one answer."""

import asyncio
import json

from answers import Ids, new_ids
from arena import Arena, arena
from arena_client import call
from requests_text import say
from suite import Suite

suite = Suite(arena)


@suite.check("ARENA-7 predict returns while the model works")
async def _(arena: Arena) -> None:
    ids = await arena.client.predict(say("wait for ARENA-7"))
    await arena.client.open_gate("ARENA-7")
    assert (await arena.inbox.take(ids)).text == "waited for ARENA-7"


@suite.check("ARENA-8 a request for another model is dropped without an answer")
async def _(arena: Arena) -> None:
    # An answer to it would be found when the suite ends.
    await arena.client.predict(say("hello"), model_id="another")
    await arena.client.predict("not JSON", model_id="")
    assert (await arena.ask(say("hello"))).outcome == "OK"


BAD_REQUESTS = {
    "nothing": "",
    "no JSON": "{[",
    "a NUL": "\0",
    "a number": "42",
    "null": "null",
    "no messages": "[]",
    "another shape": '{"prompt": "hello"}',
    "a message without a role": '[{"content": "hello"}]',
    "a content that is a number": '[{"role": "user", "content": 1}]',
    "brackets, 100,000 deep": "[" * 100_000,
}


@suite.check("ARENA-9 predict answers OK to bad JSON and wrong shapes, and an answer says so")
async def _(arena: Arena) -> None:
    for name, request in BAD_REQUESTS.items():
        answer = await arena.ask(request)
        assert answer.outcome == "INVALID_ARGUMENT", (name, answer)
        assert answer.text, (name, answer)


@suite.check("ARENA-9 predict answers OK to bytes that are no modelRequest")
async def _(arena: Arena) -> None:
    raw_predict = arena.client.channel.unary_unary("/Model/predict")
    assert await call(raw_predict, b"\xff\xff\xff\xff") == b""
    invalid_utf8 = b"\x0a\x02\xc3\x28"
    assert await call(raw_predict, invalid_utf8) == b""


@suite.check("ARENA-9 a model that throws becomes an answer")
async def _(arena: Arena) -> None:
    answer = await arena.ask(say("throw"))
    assert answer.outcome == "INTERNAL", answer
    assert "told to throw" not in json.dumps(answer.error), answer


@suite.check("ARENA-9 a model that returns no answer becomes an answer")
async def _(arena: Arena) -> None:
    assert (await arena.ask(say("say nothing"))).outcome == "INTERNAL"


@suite.check("ARENA-10 requests of one session overtake each other")
async def _(arena: Arena) -> None:
    slow, fast = new_ids("ARENA-10"), new_ids("ARENA-10")
    await arena.client.predict(say("wait for ARENA-10"), slow)
    assert (await arena.ask(say("hello"), fast)).outcome == "OK"
    await arena.client.open_gate("ARENA-10")
    assert (await arena.inbox.take(slow)).outcome == "OK"


@suite.check("ARENA-10 hundreds of requests at once have each their own answer")
async def _(arena: Arena) -> None:
    words = [f"word-{number}" for number in range(300)]
    answers = await asyncio.gather(*(arena.ask(say(f"count {word}")) for word in words))
    assert [answer.text for answer in answers] == [f"{word} 1" for word in words]


@suite.check("ARENA-11 the same request again runs once and has one answer")
async def _(arena: Arena) -> None:
    ids = new_ids()
    for _ in range(3):
        await arena.client.predict(say("wait for ARENA-11"), ids)
    await arena.client.open_gate("ARENA-11")
    assert (await arena.inbox.take(ids)).outcome == "OK"


@suite.check("ARENA-11 once it was answered, the stored answer is sent again")
async def _(arena: Arena) -> None:
    ids = new_ids()
    for _ in range(3):
        assert (await arena.ask(say("count repetition"), ids)).text == "repetition 1"
        await arena.server.shows("arena_answers_undelivered", 0)
    assert (await arena.ask(say("count repetition"))).text == "repetition 2"


@suite.check("ARENA-11 an empty messageID is never a repetition, and is echoed")
async def _(arena: Arena) -> None:
    ids = Ids("ARENA-11", "")
    texts = [(await arena.ask(say("count unnamed"), ids)).text for _ in range(2)]
    assert texts == ["unnamed 1", "unnamed 2"], texts
    assert (await arena.ask(say("hello"), Ids("", ""))).ids == Ids("", "")

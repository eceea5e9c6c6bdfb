"""sendPrediction: every answer goes to one stream, and none is lost."""

import grpc

from answers import Answer, AnswerStream, Ids
from arena_client import ArenaClient
from inbox import Inbox
from requests_text import say
from server_process import ServerProcess, serving
from suite import Suite

suite = Suite(serving)

LARGE = 3_900_000
TOO_LARGE = 5_000_000

# gRPC then takes in little more than the message that is being read.
NO_READING_AHEAD = [("grpc.http2.bdp_probe", 0)]


async def _send(client: ArenaClient, count: int, text: str = "hello") -> list[Ids]:
    return [await client.predict(say(text)) for _ in range(count)]


async def _read(client: ArenaClient, stream: AnswerStream, count: int) -> list[Answer]:
    """Reads, and waits until the server knows: a stream may be cut after that."""
    answers = [answer for _ in range(count) if (answer := await stream.read())]
    for answer in answers:
        await client.acknowledged(answer.ids)
    return answers


def _ids(answers: list[Answer]) -> list[Ids]:
    return [answer.ids for answer in answers]


@suite.check("ARENA-15 an open stream brings each answer with its request's ids")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server) as client:
        stream = await client.stream()
        for _ in range(3):
            asked = await _send(client, 1)
            assert _ids(await _read(client, stream, 1)) == asked


@suite.check("ARENA-16 answers that are ready before a stream opens come then, in order")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server) as client:
        asked = await _send(client, 5)
        assert _ids(await _read(client, await client.stream(), 5)) == asked


@suite.check("ARENA-17 with several streams open each answer goes to one of them")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server) as client, ArenaClient(server) as other:
        inbox = Inbox()
        for stream in [await client.stream(), await other.stream(), await client.stream()]:
            inbox.read_from(stream)
        for ids in await _send(client, 100):
            await inbox.take(ids)
            await client.acknowledged(ids)
        assert not inbox.left(), inbox.left()


@suite.check("ARENA-17 what a cancelled stream had not brought comes with the next one")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server, NO_READING_AHEAD) as client:
        asked = await _send(client, 5, f"write {LARGE}")
        first = await client.stream()
        before = await _read(client, first, 2)
        first.cancel()
        assert await first.status() is grpc.StatusCode.CANCELLED
        after = await _read(client, await client.stream(), 3)
        assert _ids(before + after) == asked


@suite.check("ARENA-17 what a closed connection had not brought comes by the next one")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server, NO_READING_AHEAD) as leaver:
        asked = await _send(leaver, 4, f"write {LARGE}")
        before = await _read(leaver, await leaver.stream(), 1)
    async with ArenaClient(server) as client:
        after = await _read(client, await client.stream(), 3)
        assert _ids(before + after) == asked


@suite.check("ARENA-18 an image comes back as base64 beside the text")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server) as client:
        await _send(client, 1, "draw")
        [answer] = await _read(client, await client.stream(), 1)
        assert (answer.text, answer.image) == ("drawn", "YW4gaW1hZ2U="), answer


@suite.check("ARENA-19 an answer beyond Python's limit is replaced, and the stream lives on")
async def _(server: ServerProcess) -> None:
    async with ArenaClient(server) as client:
        stream = await client.stream()
        answers = []
        for size in (LARGE, TOO_LARGE, 10):
            await _send(client, 1, f"write {size}")
            answers += await _read(client, stream, 1)
        outcomes = [answer.outcome for answer in answers]
        assert outcomes == ["OK", "RESOURCE_EXHAUSTED", "OK"], outcomes
        assert [len(answers[0].text), len(answers[2].text)] == [LARGE, 10]

"""SIGTERM of a lone server: all is answered, streams end with UNAVAILABLE, the exit code is 0."""

from contextlib import nullcontext, suppress

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from answers import AnswerStream, Ids
from arena_client import ArenaClient, call
from requests_text import say
from server_process import serving
from suite import Suite

# Every check stops a server of its own, which must end with exit code 0.
suite = Suite(nullcontext)


async def _brings_ok(stream: AnswerStream, ids: Ids) -> None:
    answer = await stream.read()
    assert answer and answer.ids == ids and answer.outcome == "OK", answer


async def _ends(stream: AnswerStream) -> None:
    """Nobody else could go on: an orchestrator's process has to end, so that it is restarted."""
    with suppress(grpc.aio.AioRpcError):
        raise AssertionError(f"{await stream.read()} came instead of an error")
    assert await stream.status() is grpc.StatusCode.UNAVAILABLE


@suite.check("ARENA-20 SIGTERM ends idle streams with UNAVAILABLE")
async def _(_: None) -> None:
    async with serving() as server, ArenaClient(server) as client:
        streams = [await client.stream() for _ in range(2)]
        await server.terminate()
        for stream in streams:
            await _ends(stream)


@suite.check("ARENA-20 an asyncio loop over the answers gets them all before the error")
async def _(_: None) -> None:
    async with serving() as server, ArenaClient(server) as client:
        asked = [await client.predict(say("hello")) for _ in range(3)]
        stream = await client.stream()
        await client.acknowledged(asked[-1])
        await server.terminate()
        assert [answer.ids async for answer in stream.until_unavailable()] == asked


@suite.check("ARENA-20 after SIGTERM requests are finished and taken still, but health says no")
async def _(_: None) -> None:
    async with serving() as server, ArenaClient(server) as client:
        stream = await client.stream()
        held = await client.predict(say("wait for the end"))
        await server.terminate()
        await server.logged("draining")
        health = health_pb2_grpc.HealthStub(client.channel)
        response = await call(health.Check, health_pb2.HealthCheckRequest())
        assert response.status == health_pb2.HealthCheckResponse.NOT_SERVING
        late = await client.predict(say("hello"))
        await _brings_ok(stream, late)
        await client.open_gate("the end")
        await _brings_ok(stream, held)
        await _ends(stream)


@suite.check("ARENA-20 what is not finished by DRAIN_TIMEOUT_MS is answered, too")
async def _(_: None) -> None:
    async with (
        serving({"DRAIN_TIMEOUT_MS": "300", "MAX_CONCURRENCY": "1"}) as server,
        ArenaClient(server) as client,
    ):
        asked = [await client.predict(say("wait for ever")) for _ in range(3)]
        stream = await client.stream()
        await server.terminate()
        answers = [answer async for answer in stream.until_unavailable()]
        assert {answer.ids for answer in answers} == set(asked)
        assert [answer.outcome for answer in answers] == ["UNAVAILABLE"] * 3, answers


@suite.check("ARENA-16 a stream that opens after SIGTERM brings what waits")
async def _(_: None) -> None:
    async with serving() as server, ArenaClient(server) as client:
        ids = await client.predict(say("hello"))
        await server.terminate()
        await server.logged("waiting for clients to take their answers")
        stream = await client.stream()
        await _brings_ok(stream, ids)
        await _ends(stream)


@suite.check("Health.Watch hears of SIGTERM and does not hold it up")
async def _(_: None) -> None:
    async with serving() as server, ArenaClient(server) as client:
        health = health_pb2_grpc.HealthStub(client.channel)
        watch = health.Watch(health_pb2.HealthCheckRequest(service="Model"))
        statuses = [next(watch).status]
        await server.terminate()
        statuses.append(next(watch).status)
        status = health_pb2.HealthCheckResponse
        assert statuses == [status.SERVING, status.NOT_SERVING], statuses

"""GRPC_STATUS_MODE=strict: status codes with details that Python's own reader understands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from grpc_status import rpc_status

from arena_client import ArenaClient, refusal
from requests_text import say
from server_process import ServerProcess, serving
from suite import Suite

Detail = TypeVar("Detail", bound=Message)


@asynccontextmanager
async def _strict() -> AsyncIterator[tuple[ServerProcess, ArenaClient]]:
    settings = {"GRPC_STATUS_MODE": "strict", "MAX_CONCURRENCY": "1", "MAX_QUEUE": "1"}
    async with serving(settings) as server, ArenaClient(server) as client:
        yield server, client


suite = Suite(_strict)


def _details(error: grpc.Call, kind: type[Detail]) -> list[Detail]:
    status = rpc_status.from_call(error)
    assert status is not None, error
    found = []
    for detail in status.details:
        message = kind()
        if detail.Unpack(message):
            found.append(message)
    return found


@suite.check("strict: bad JSON is INVALID_ARGUMENT with BadRequest")
async def _(strict: tuple[ServerProcess, ArenaClient]) -> None:
    _, client = strict
    error = await refusal(client.predict("not JSON"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT, error
    [detail] = _details(error, BadRequest)
    assert detail.field_violations[0].field == "request", detail


@suite.check("strict: another model is NOT_FOUND")
async def _(strict: tuple[ServerProcess, ArenaClient]) -> None:
    _, client = strict
    error = await refusal(client.predict(say("hello"), model_id="another"))
    assert error.code() is grpc.StatusCode.NOT_FOUND, error


@suite.check("strict: a full queue is RESOURCE_EXHAUSTED with RetryInfo and pushback")
async def _(strict: tuple[ServerProcess, ArenaClient]) -> None:
    _, client = strict
    for _ in range(2):
        await client.predict(say("wait for room"))
    error = await refusal(client.predict(say("hello")))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED, error
    [detail] = _details(error, RetryInfo)
    assert detail.retry_delay.seconds == 1, detail
    assert ("grpc-retry-pushback-ms", "1000") in error.trailing_metadata(), error


@suite.check("strict: a server that drains is UNAVAILABLE")
async def _(strict: tuple[ServerProcess, ArenaClient]) -> None:
    server, client = strict
    await server.terminate()
    await server.logged("draining")
    error = await refusal(client.predict(say("hello")))
    assert error.code() is grpc.StatusCode.UNAVAILABLE, error
    await client.open_gate("room")
    stream = await client.stream()
    assert [answer.outcome async for answer in stream.until_unavailable()] == ["OK", "OK"]

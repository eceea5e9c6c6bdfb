"""publishMetrics and grpc.health.v1."""

import json

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from arena import Arena, arena
from arena_client import call, refusal
from requests_text import say
from suite import Suite

suite = Suite(arena)

METRICS = {"ratings": [5, 4], "topic": "Kissat ja koirat", "log": [{"role": "user"}]}


async def _published(arena: Arena) -> object:
    """What the model got last."""
    return json.loads((await arena.ask(say("what was published?"))).text)


@suite.check("ARENA-21 published metrics reach the model and the log")
async def _(arena: Arena) -> None:
    await arena.client.publish(METRICS)
    assert await _published(arena) == METRICS
    await arena.server.logged("metrics", modelID="obedient", metrics=METRICS)


@suite.check("ARENA-21 metrics for another model are dropped")
async def _(arena: Arena) -> None:
    await arena.client.publish({"topic": "strange"}, model_id="another")
    assert await _published(arena) == METRICS


@suite.check("ARENA-21 metrics that are no JSON are taken as the text that they are")
async def _(arena: Arena) -> None:
    await arena.client.publish("no { JSON")
    assert await _published(arena) == "no { JSON"


@suite.check("grpc.health.v1 says SERVING for the server, the service and the model")
async def _(arena: Arena) -> None:
    for name in ("", "Model", "obedient"):
        response = await _health(arena, name)
        assert response.status == health_pb2.HealthCheckResponse.SERVING, name


@suite.check("grpc.health.v1 says NOT_FOUND for an unknown service")
async def _(arena: Arena) -> None:
    error = await refusal(_health(arena, "unknown"))
    assert error.code() is grpc.StatusCode.NOT_FOUND, error


async def _health(arena: Arena, name: str) -> health_pb2.HealthCheckResponse:
    stub = health_pb2_grpc.HealthStub(arena.client.channel)
    return await call(stub.Check, health_pb2.HealthCheckRequest(service=name))

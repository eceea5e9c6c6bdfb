"""registerModel."""

import grpc

import model_pb2
from arena import Arena, arena
from arena_client import ArenaClient, refusal
from requests_text import say
from suite import Suite

suite = Suite(arena)

DEFINITION = model_pb2.modelDefinition(
    needs_text=True, needs_image=False, can_text=True, can_image=True, modelID="obedient"
)


@suite.check("ARENA-5 registerModel answers the model's definition")
async def _(arena: Arena) -> None:
    assert await arena.client.register() == DEFINITION


@suite.check("ARENA-6 the second registerModel of a connection ends with OUT_OF_RANGE")
async def _(arena: Arena) -> None:
    for _ in range(3):
        error = await refusal(arena.client.register())
        assert error.code() is grpc.StatusCode.OUT_OF_RANGE, error


@suite.check("ARENA-6 the connection serves on after that")
async def _(arena: Arena) -> None:
    assert (await arena.ask(say("hello"))).outcome == "OK"


@suite.check("ARENA-6 a new connection registers again, once")
async def _(arena: Arena) -> None:
    async with ArenaClient(arena.server) as newcomer:
        assert await newcomer.register() == DEFINITION
        error = await refusal(newcomer.register())
        assert error.code() is grpc.StatusCode.OUT_OF_RANGE, error

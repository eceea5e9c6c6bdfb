"""Calls a model container as the arena's orchestrator does.

Unary calls go by a sync channel, answers come by an aio channel. gRPC would let
two channels to one address share their connection, so each is told not to.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import grpc
import grpc.aio

import model_pb2
import model_pb2_grpc
from answers import LIMIT_SECONDS, AnswerStream, Ids, new_ids
from server_process import ServerProcess

Response = TypeVar("Response")

Options = Sequence[tuple[str, int]]
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]
MODEL_ID = "obedient"


class ArenaClient:
    """One orchestrator: a connection for the unary calls, another one for the streams."""

    def __init__(self, server: ServerProcess, stream_options: Options = ()) -> None:
        """`stream_options` are gRPC's, for the connection of the streams."""
        self._server = server
        self.channel = grpc.insecure_channel(server.address, OWN_CONNECTION)
        self._stream_channel = grpc.aio.insecure_channel(
            server.address, options=[*OWN_CONNECTION, *stream_options]
        )
        self._stub = model_pb2_grpc.ModelStub(self.channel)
        self._stream_stub = model_pb2_grpc.ModelStub(self._stream_channel)

    async def register(self) -> Any:
        return await call(self._stub.registerModel, model_pb2.Empty())

    async def predict(self, request: str, ids: Ids | None = None, model_id: str = MODEL_ID) -> Ids:
        """Calls predict, which must answer OK, and returns the request's ids."""
        ids = ids or new_ids()
        message = model_pb2.modelRequest(
            request=request, modelID=model_id, sessionID=ids.session, messageID=ids.message
        )
        assert await call(self._stub.predict, message) == model_pb2.Empty()
        return ids

    async def publish(self, metrics: Any, model_id: str = MODEL_ID) -> None:
        """Publishes an object as JSON, or a text as it is."""
        text = metrics if isinstance(metrics, str) else json.dumps(metrics)
        message = model_pb2.metricsJson(metrics=text, modelID=model_id)
        assert await call(self._stub.publishMetrics, message) == model_pb2.Empty()

    async def open_gate(self, name: str) -> None:
        """Lets the requests go on that told the model to wait for this gate."""
        await self.publish({"open": name})

    async def acknowledged(self, ids: Ids) -> None:
        """Waits until the server knows that the answer arrived; before, it may come again."""
        await self._server.logged("request", sessionID=ids.session, messageID=ids.message)

    async def stream(self) -> AnswerStream:
        return await AnswerStream(self._stream_stub.sendPrediction(model_pb2.Empty())).opened()

    async def __aenter__(self) -> "ArenaClient":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stream_channel.close()
        self.channel.close()


async def call(method: Callable[..., Response], request: Any) -> Response:
    """Runs a sync call in a thread of its own, so that streams are read meanwhile."""
    return await asyncio.to_thread(method, request, timeout=LIMIT_SECONDS)


async def refusal(awaitable: Awaitable[Any]) -> grpc.Call:
    """The error that a call must end with."""
    try:
        result = await awaitable
    except grpc.RpcError as error:
        assert isinstance(error, grpc.Call)
        return error
    raise AssertionError(f"expected a gRPC error, got {result!r}")

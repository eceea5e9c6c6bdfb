"""Calls a model container as the arena's orchestrator does.

Unary calls go by a sync channel, answers come by an aio channel. gRPC would let
two channels to one address share their connection, so each is told not to.
"""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import grpc

import model_pb2
import model_pb2_grpc
from server_process import ServerProcess

Response = TypeVar("Response")

LIMIT_SECONDS = 15
Options = Sequence[tuple[str, int]]
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]
MODEL_ID = "obedient"

_numbers = itertools.count(1)


class Ids(NamedTuple):
    """What an answer is matched by."""

    session: str
    message: str


def new_ids(session: str | None = None) -> Ids:
    number = next(_numbers)
    return Ids(session or f"session-{number}", f"message-{number}")


@dataclass(frozen=True)
class Answer:
    """A modelAnswer whose JSON was read."""

    ids: Ids
    text: str
    image: str | None
    error: dict[str, Any] | None

    @classmethod
    def read(cls, answer: Any) -> "Answer":
        """Reads as a task does, which refuses a text that is no string (ARENA-18)."""
        body = json.loads(answer.answer)
        assert isinstance(body["text"], str), body
        assert body["image"] is None or isinstance(body["image"], str), body
        ids = Ids(answer.sessionID, answer.messageID)
        return cls(ids, body["text"], body["image"], body.get("error"))

    @property
    def outcome(self) -> str:
        return self.error["code"] if self.error else "OK"


class AnswerStream:
    """One open sendPrediction stream."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def opened(self) -> "AnswerStream":
        await asyncio.wait_for(self._call.initial_metadata(), LIMIT_SECONDS)
        return self

    async def read(self) -> Answer | None:
        """The next answer, or None when the server has ended the stream with OK."""
        answer = await asyncio.wait_for(self._call.read(), LIMIT_SECONDS)
        return None if answer is grpc.aio.EOF else Answer.read(answer)

    async def __aiter__(self) -> AsyncIterator[Answer]:
        """Every answer until the stream ends with OK; raises if it ends otherwise."""
        async for answer in self._call:
            yield Answer.read(answer)

    async def status(self) -> grpc.StatusCode:
        return await asyncio.wait_for(self._call.code(), LIMIT_SECONDS)

    def cancel(self) -> None:
        self._call.cancel()


class Inbox:
    """Collects what one stream or several bring, until somebody takes it."""

    def __init__(self) -> None:
        self._answers: dict[Ids, list[Answer]] = defaultdict(list)
        self._changed = asyncio.Condition()
        self._readers: list[asyncio.Task[None]] = []

    def read_from(self, stream: AnswerStream) -> None:
        self._readers.append(asyncio.create_task(self._read(stream)))

    async def take(self, ids: Ids) -> Answer:
        """Waits for the answer with these ids and removes it."""
        async with self._changed:
            arrival = self._changed.wait_for(lambda: self._answers[ids])
            await asyncio.wait_for(arrival, LIMIT_SECONDS)
            return self._answers[ids].pop(0)

    def left(self) -> list[Answer]:
        """What nobody took: answers that nobody asked for, or that came twice."""
        return [answer for answers in self._answers.values() for answer in answers]

    async def ended(self) -> None:
        """Waits until every stream has ended; raises if one ended with an error."""
        await asyncio.wait_for(asyncio.gather(*self._readers), LIMIT_SECONDS)

    async def _read(self, stream: AnswerStream) -> None:
        async for answer in stream:
            async with self._changed:
                self._answers[answer.ids].append(answer)
                self._changed.notify_all()


class ArenaClient:
    """One orchestrator: a connection for the unary calls, another one for the streams."""

    def __init__(self, server: ServerProcess, stream_options: Options = ()) -> None:
        self._server = server
        self._channel = grpc.insecure_channel(server.address, OWN_CONNECTION)
        self._stream_channel = grpc.aio.insecure_channel(
            server.address, options=[*OWN_CONNECTION, *stream_options]
        )
        self.stub = model_pb2_grpc.ModelStub(self._channel)
        self._stream_stub = model_pb2_grpc.ModelStub(self._stream_channel)

    @property
    def channel(self) -> grpc.Channel:
        return self._channel

    async def register(self) -> Any:
        return await call(self.stub.registerModel, model_pb2.Empty())

    async def predict(self, request: str, ids: Ids | None = None, model_id: str = MODEL_ID) -> Ids:
        """Calls predict, which must answer OK, and returns the request's ids."""
        ids = ids or new_ids()
        message = model_pb2.modelRequest(
            request=request, modelID=model_id, sessionID=ids.session, messageID=ids.message
        )
        assert await call(self.stub.predict, message) == model_pb2.Empty()
        return ids

    async def publish(self, metrics: Any, model_id: str = MODEL_ID) -> None:
        """Publishes an object as JSON, or a text as it is."""
        text = metrics if isinstance(metrics, str) else json.dumps(metrics)
        message = model_pb2.metricsJson(metrics=text, modelID=model_id)
        assert await call(self.stub.publishMetrics, message) == model_pb2.Empty()

    async def open_gate(self, name: str) -> None:
        """Lets the requests go on that told the model to wait for this gate."""
        await self.publish({"open": name})

    async def acknowledged(self, ids: Ids) -> None:
        """Waits until the server knows that the answer has arrived; until then it may come again."""
        await self._server.logged("request", sessionID=ids.session, messageID=ids.message)

    async def stream(self) -> AnswerStream:
        return await AnswerStream(self._stream_stub.sendPrediction(model_pb2.Empty())).opened()

    async def __aenter__(self) -> "ArenaClient":
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stream_channel.close()
        self._channel.close()


async def call(method: Callable[..., Response], request: Any) -> Response:
    """Runs a sync call in a thread of its own, so that streams are read meanwhile."""
    return await asyncio.to_thread(method, request, timeout=LIMIT_SECONDS)


async def refusal(awaitable: Awaitable[Any]) -> grpc.RpcError:
    """The error that a call must end with."""
    try:
        result = await awaitable
    except grpc.RpcError as error:
        return error
    raise AssertionError(f"expected a gRPC error, got {result!r}")

"""Answers, what they are matched by, and the stream that brings them."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import grpc
import grpc.aio

LIMIT_SECONDS = 15

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

    async def until_unavailable(self) -> AsyncIterator[Answer]:
        """Every answer until the stream ends with UNAVAILABLE; raises if it ends otherwise."""
        try:
            async for answer in self:
                yield answer
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE, error
        else:
            raise AssertionError("the stream ended with OK")

    async def status(self) -> grpc.StatusCode:
        return await asyncio.wait_for(self._call.code(), LIMIT_SECONDS)

    def cancel(self) -> None:
        self._call.cancel()

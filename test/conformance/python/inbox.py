"""Where answers wait for those who asked."""

import asyncio
from collections import defaultdict

from answers import LIMIT_SECONDS, Answer, AnswerStream, Ids


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
        """Waits until every stream has ended, as those of a lone server do (ARENA-20)."""
        await asyncio.wait_for(asyncio.gather(*self._readers), LIMIT_SECONDS)

    async def _read(self, stream: AnswerStream) -> None:
        async for answer in stream.until_unavailable():
            async with self._changed:
                self._answers[answer.ids].append(answer)
                self._changed.notify_all()

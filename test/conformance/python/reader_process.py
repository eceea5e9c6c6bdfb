"""A process that reads as many answers as it is told, as the test sees it."""

from typing import Any

from peer_process import PeerProcess


class ReaderProcess(PeerProcess):
    """Between what it is told its Python code stands still; gRPC's own threads do not."""

    script = "reader.py"

    async def read(self, count: int) -> list[tuple[str, str]]:
        """Has it read so many answers, and returns all that it has read so far."""
        self.do("read", count=count)
        total = len(self.events("answer")) + count
        await self.told("read", total=total)
        return self.has_read()

    async def leave(self) -> None:
        """Lets it end in order, unless it has ended before."""
        if not self.has_ended:
            self.do("return")
            await self.end()

    def has_read(self) -> list[tuple[str, str]]:
        return [(told["session"], told["message"]) for told in self.events("answer")]

    def do(self, action: str, **facts: Any) -> None:
        self._tell({"do": action, **facts})

"""One life of an imitated orchestrator, as the test sees it."""

from collections import Counter

from answers import Ids
from arena_client import MODEL_ID
from peer_process import PeerProcess


class OrchestratorProcess(PeerProcess):
    """The platform's orchestrator."""

    script = "platform_orchestrator.py"

    def send(self, request: str, ids: Ids) -> None:
        """Has it call predict, after the requests before."""
        named = {"modelID": MODEL_ID, "sessionID": ids.session, "messageID": ids.message}
        self._tell({"request": request, **named})

    def answered(self) -> Counter[Ids]:
        """How often it was told each answer."""
        return Counter(Ids(told["session"], told["message"]) for told in self.events("answer"))


class SmallOrchestratorProcess(OrchestratorProcess):
    """The arena's small test orchestrator."""

    script = "small_orchestrator.py"

"""An imitation of the platform's orchestrator, thread for thread; a process of its own.

It has one thread for each call. A thread whose call ends with an error never
calls again, for the life of the process. registerModel is called until that
happens, and a stream that ends with OK is opened again at once. Requests come
as JSON lines on standard input; what happens goes to standard output likewise.

    python platform_orchestrator.py ADDRESS
"""

import json
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import grpc

import model_pb2
import model_pb2_grpc

OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]
MOST_REGISTRATIONS = 100

_output = threading.Lock()


def tell(event: str, **facts: Any) -> None:
    with _output:
        print(json.dumps({"event": event, **facts}), flush=True)


def tell_answer(answer: Any) -> None:
    body = json.loads(answer.answer)
    outcome = body["error"]["code"] if "error" in body else "OK"
    tell("answer", session=answer.sessionID, message=answer.messageID, outcome=outcome)


def tell_registrations(stub: Any) -> None:
    # The platform's own has no end; ours spares the machine.
    for _ in range(MOST_REGISTRATIONS):
        definition = stub.registerModel(model_pb2.Empty())
        tell("registered", model=definition.modelID)


def carry_requests(stub: Any, requests: "SimpleQueue[dict[str, str]]") -> None:
    while True:
        request = requests.get()
        stub.predict(model_pb2.modelRequest(**request))
        tell("predicted", session=request["sessionID"], message=request["messageID"])


def carry_answers(stub: Any) -> None:
    while True:
        answers = stub.sendPrediction(model_pb2.Empty())
        answers.initial_metadata()
        tell("stream opened")
        for answer in answers:
            tell_answer(answer)
        tell("stream ended", code=answers.code().name)


def thread(call: str, work: Callable[..., None], *arguments: Any) -> None:
    def until_error() -> None:
        try:
            work(*arguments)
        except grpc.RpcError as error:
            assert isinstance(error, grpc.Call)
            tell("dead", call=call, code=error.code().name, details=error.details())

    threading.Thread(target=until_error, name=call, daemon=True).start()


def main(address: str) -> None:
    calls = model_pb2_grpc.ModelStub(grpc.insecure_channel(address, OWN_CONNECTION))
    streams = model_pb2_grpc.ModelStub(grpc.insecure_channel(address, OWN_CONNECTION))
    requests: SimpleQueue[dict[str, str]] = SimpleQueue()
    thread("registerModel", tell_registrations, calls)
    thread("predict", carry_requests, calls, requests)
    thread("sendPrediction", carry_answers, streams)
    for line in sys.stdin:
        requests.put(json.loads(line))


if __name__ == "__main__":
    main(sys.argv[1])

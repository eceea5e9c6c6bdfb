"""Opens a stream of answers and reads only when it is told; a process of its own.

Each JSON line on standard input is one thing to do. Until the next
line its code is blocked, and gRPC goes on to take and acknowledge what comes.

    python reader.py ADDRESS
"""

import json
import sys
from itertools import islice
from typing import Any

import grpc

import model_pb2
import model_pb2_grpc
from platform_orchestrator import OWN_CONNECTION, tell, tell_answer


def main(address: str) -> None:
    channel = grpc.insecure_channel(address, OWN_CONNECTION)
    answers: Any = model_pb2_grpc.ModelStub(channel).sendPrediction(model_pb2.Empty())
    answers.initial_metadata()
    tell("stream opened")
    total = 0
    for line in sys.stdin:
        todo = json.loads(line)
        if todo["do"] == "read":
            for answer in islice(answers, todo["count"]):
                tell_answer(answer)
                total += 1
            tell("read", total=total)
            continue
        tell("ending", how=todo["do"])
        match todo["do"]:
            case "cancel":
                answers.cancel()
            case "close":
                channel.close()
            case "return":
                return


if __name__ == "__main__":
    main(sys.argv[1])

"""A model container as the arena's Python template is: a process of its own on grpc.aio.

What the doctor should find in it is all of its own making. It registers once in
its life, and works from the moment that somebody opens a stream; every stream
begins another loop that looks for requests once a second and never ends. The
model blocks the event loop that also takes the calls and sends the answers. A
request that cannot be read is logged and never answered, and an answer that was
taken out for a stream is gone when that breaks.

    python blocking_template.py SECONDS_THAT_THE_MODEL_BLOCKS
"""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from concurrent import futures

import grpc
import grpc.aio

import model_pb2
import model_pb2_grpc

POLL_SECONDS = 1.0
MODEL_ID = "template"


class BlockingTemplate(model_pb2_grpc.ModelServicer):
    def __init__(self, block_seconds: float) -> None:
        self._block_seconds = block_seconds
        self._requests: deque[model_pb2.modelRequest] = deque()
        self._answers: deque[model_pb2.modelAnswer] = deque()
        self._loops: set[asyncio.Task[None]] = set()
        self._registrations = 0

    # A method that is not async runs in the thread pool, but the loop hands it its call.
    def registerModel(self, _request, context):
        if self._registrations > 0:
            context.set_code(grpc.StatusCode.OUT_OF_RANGE)
        self._registrations += 1
        return model_pb2.modelDefinition(needs_text=True, can_text=True, modelID=MODEL_ID)

    def predict(self, request, _context):
        if request.modelID == MODEL_ID:
            self._requests.append(request)
        return model_pb2.Empty()

    def publishMetrics(self, _request, _context):
        return model_pb2.Empty()

    async def sendPrediction(self, _request, _context) -> AsyncIterator[model_pb2.modelAnswer]:
        self._begin(self._take_requests())
        while True:
            while self._answers:
                yield self._answers.popleft()
            await asyncio.sleep(POLL_SECONDS)

    async def _take_requests(self) -> None:
        while True:
            while self._requests:
                self._begin(self._answer(self._requests.popleft()))
            await asyncio.sleep(POLL_SECONDS)

    async def _answer(self, request: model_pb2.modelRequest) -> None:
        try:
            messages = json.loads(request.request)
            assert isinstance(messages, list)
            assert all(isinstance(message["content"], str | list) for message in messages)
        except (ValueError, KeyError, TypeError, AssertionError) as error:
            print(f"cannot be read: {error}", file=sys.stderr)
            return
        time.sleep(self._block_seconds)  # The model's client is not async.
        text = json.dumps({"text": f"ready at {time.monotonic()}", "image": None})
        self._answers.append(
            model_pb2.modelAnswer(
                answer=text, sessionID=request.sessionID, messageID=request.messageID
            )
        )

    def _begin(self, work) -> None:
        task = asyncio.create_task(work)
        self._loops.add(task)
        task.add_done_callback(self._loops.discard)


async def main(block_seconds: float) -> None:
    server = grpc.aio.server(futures.ThreadPoolExecutor(max_workers=10))
    model_pb2_grpc.add_ModelServicer_to_server(BlockingTemplate(block_seconds), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(json.dumps({"event": "serving", "port": port}), flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))

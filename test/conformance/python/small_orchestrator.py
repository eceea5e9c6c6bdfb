"""An imitation of the arena's small test orchestrator; a process of its own.

It calls registerModel once. Unary calls go by a sync channel, answers come by an
aio one. An error of any call ends the process; a stream that ends with OK is not
opened again. Requests come as JSON lines on standard input; what happens goes to
standard output likewise.

    python small_orchestrator.py ADDRESS
"""

import asyncio
import json
import os
import sys
from typing import Any

import grpc
import grpc.aio

import model_pb2
import model_pb2_grpc
from platform_orchestrator import OWN_CONNECTION, tell, tell_answer


async def carry_requests(stub: Any) -> None:
    while line := await asyncio.to_thread(sys.stdin.readline):
        request = json.loads(line)
        await asyncio.to_thread(stub.predict, model_pb2.modelRequest(**request))
        tell("predicted", session=request["sessionID"], message=request["messageID"])


async def carry_answers(stub: Any) -> None:
    answers = stub.sendPrediction(model_pb2.Empty())
    await answers.initial_metadata()
    tell("stream opened")
    async for answer in answers:
        tell_answer(answer)
    tell("stream ended", code="OK")


async def main(address: str) -> None:
    calls = model_pb2_grpc.ModelStub(grpc.insecure_channel(address, OWN_CONNECTION))
    async with grpc.aio.insecure_channel(address, options=OWN_CONNECTION) as channel:
        definition = await asyncio.to_thread(calls.registerModel, model_pb2.Empty())
        tell("registered", model=definition.modelID)
        requests = asyncio.create_task(carry_requests(calls))
        answers = asyncio.create_task(carry_answers(model_pb2_grpc.ModelStub(channel)))
        try:
            await asyncio.gather(requests, answers)
        except grpc.RpcError as error:
            assert isinstance(error, grpc.aio.AioRpcError | grpc.Call)
            tell("dead", code=error.code().name)
            # The thread that waits for standard input would hold an orderly exit up.
            os._exit(1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

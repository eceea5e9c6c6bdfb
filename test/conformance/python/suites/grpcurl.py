"""grpcurl, which knows nothing but the address: reflection tells it the rest."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from contract_descriptor import expected_file, without_derived_names
from server_process import ServerProcess, serving
from suite import Suite

LIMIT_SECONDS = 15
DEADLINE_EXCEEDED = 64 + 4  # grpcurl adds 64 to the number of a gRPC status


@dataclass(frozen=True)
class Run:
    """What grpcurl printed, and how it ended."""

    code: int
    output: str
    error: str

    def json(self) -> Any:
        assert self.code == 0, self
        return json.loads(self.output)


class Grpcurl:
    """Calls `grpcurl -plaintext OPTIONS ADDRESS WORDS`."""

    def __init__(self, server: ServerProcess) -> None:
        self._address = server.address

    async def __call__(self, *words: str, options: tuple[str, ...] = ()) -> Run:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            os.environ["CONFORMANCE_GRPCURL"],
            "-plaintext",
            *options,
            self._address,
            *words,
            stdout=pipe,
            stderr=pipe,
        )
        output, error = await asyncio.wait_for(process.communicate(), LIMIT_SECONDS)
        assert process.returncode is not None
        return Run(process.returncode, output.decode(), error.decode())


@asynccontextmanager
async def _grpcurl() -> AsyncIterator[Grpcurl]:
    async with serving({"MODEL": "echo"}) as server:
        yield Grpcurl(server)


suite = Suite(_grpcurl)


@suite.check("grpcurl list shows the arena's service and health")
async def _(grpcurl: Grpcurl) -> None:
    services = set((await grpcurl("list")).output.split())
    expected = {"Model", "grpc.health.v1.Health"}
    assert expected <= services, services


@suite.check("grpcurl describe Model shows the four calls")
async def _(grpcurl: Grpcurl) -> None:
    lines = (await grpcurl("describe", "Model")).output
    for call in (
        "rpc predict ( .modelRequest ) returns ( .Empty );",
        "rpc sendPrediction ( .Empty ) returns ( stream .modelAnswer );",
        "rpc publishMetrics ( .metricsJson ) returns ( .Empty );",
        "rpc registerModel ( .Empty ) returns ( .modelDefinition );",
    ):
        assert call in lines, lines


@suite.check("ARENA-1 reflection tells exactly the arena's contract")
async def _(grpcurl: Grpcurl) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.binpb"
        run = await grpcurl("describe", "Model", options=("-protoset-out", str(path)))
        assert run.code == 0, run
        files = FileDescriptorSet.FromString(path.read_bytes()).file
    assert [without_derived_names(file) for file in files] == [expected_file()], files


@suite.check("ARENA-5 grpcurl Model/registerModel, as often as a person likes")
async def _(grpcurl: Grpcurl) -> None:
    expected = {"needsText": True, "canText": True, "canImage": True, "modelID": "echo"}
    for _ in range(2):
        assert (await grpcurl("Model/registerModel")).json() == expected


@suite.check("grpcurl Model/predict, then Model/sendPrediction, and it is delivered once")
async def _(grpcurl: Grpcurl) -> None:
    ids = {"sessionID": "s1", "messageID": "m1"}
    messages = json.dumps([{"role": "user", "content": "Hello"}])
    request = json.dumps({"request": messages, "modelID": "echo", **ids})
    assert (await grpcurl("Model/predict", options=("-d", request))).json() == {}
    run = await grpcurl("Model/sendPrediction", options=("-max-time", "1"))
    assert run.code == DEADLINE_EXCEEDED, run
    answer = json.loads(run.output)
    assert json.loads(answer.pop("answer")) == {"text": "echo: Hello", "image": None}
    assert answer == ids, answer
    again = await grpcurl("Model/sendPrediction", options=("-max-time", "0.3"))
    assert again.output == "", again


@suite.check("grpcurl grpc.health.v1.Health/Check")
async def _(grpcurl: Grpcurl) -> None:
    assert (await grpcurl("grpc.health.v1.Health/Check")).json() == {"status": "SERVING"}
    asked = ("-d", '{"service": "Model"}')
    run = await grpcurl("grpc.health.v1.Health/Check", options=asked)
    assert run.json() == {"status": "SERVING"}

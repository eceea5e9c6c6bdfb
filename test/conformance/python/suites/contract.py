"""proto/model.proto, read by the real protoc and by the rules of the platform's parser."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from contract_descriptor import expected_file, without_derived_names
from server_process import REPOSITORY
from suite import Suite


@asynccontextmanager
async def _proto_lines() -> AsyncIterator[list[str]]:
    yield (REPOSITORY / "proto" / "model.proto").read_text().splitlines()


suite = Suite(_proto_lines)


@suite.check("ARENA-1 protoc reads the contract as exactly the arena's messages and calls")
async def _(_lines: list[str]) -> None:
    binary = (Path(os.environ["PYTHONPATH"]) / "model.binpb").read_bytes()
    files = FileDescriptorSet.FromString(binary).file
    assert [without_derived_names(file) for file in files] == [expected_file()], files


@suite.check("ARENA-2 syntax stands in double quotes on the first line")
async def _(lines: list[str]) -> None:
    assert lines[0] == 'syntax = "proto3";', lines[0]


@suite.check("ARENA-2 a space stands before every opening brace")
async def _(lines: list[str]) -> None:
    _none(line for line in lines if re.search(r"\S\{", line))


@suite.check("ARENA-2 every closing brace has its own line")
async def _(lines: list[str]) -> None:
    _none(line for line in lines if "}" in line and line != "}")


@suite.check("ARENA-2 an rpc line ends in a semicolon and has no braces")
async def _(lines: list[str]) -> None:
    calls = [line for line in lines if re.match(r"\s*rpc\b", line)]
    assert len(calls) == 4, calls
    _none(line for line in calls if not re.fullmatch(r"[^{}]*;", line))


@suite.check("ARENA-2 the one service starts in column 1")
async def _(lines: list[str]) -> None:
    assert [line for line in lines if re.match(r"\s*service\b", line)] == ["service Model {"]


def _none(wrong_lines: object) -> None:
    wrong = list(wrong_lines)  # type: ignore[call-overload]
    assert not wrong, wrong

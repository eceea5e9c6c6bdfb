"""`arena doctor` beside containers that are like the arena's Python template, quick and slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from doctor_report import DoctorReport, examine
from suite import Suite

# For so many seconds the model blocks the loop.
QUICK = 0
SLOW = (1.5, 3, 4)
# Those that a template answers, and those that nobody looks at.
REQUIREMENTS = [f"ARENA-{number}" for number in (7, 10, 12, 15, 16, 17, 19, 20, 22)]

Reports = dict[float, DoctorReport]


@asynccontextmanager
async def _reports() -> AsyncIterator[Reports]:
    """All at once: they only wait."""
    durations = (QUICK, *SLOW)
    reports = await asyncio.gather(*(examine(seconds, REQUIREMENTS) for seconds in durations))
    yield dict(zip(durations, reports, strict=True))


suite = Suite(_reports)


@suite.check("doctor: ARENA-15 ARENA-12 what a slow template answers in the end counts as answered")
async def _(reports: Reports) -> None:
    for seconds, report in reports.items():
        assert set(report.verdicts("ARENA-12").values()) == {"ok"}, seconds
        assert set(report.verdicts("ARENA-15").values()) == {"ok", "info"}, seconds
        assert report.verdicts("ARENA-10")["3 requests of one session at once are answered"] == "ok"


@suite.check("doctor: ARENA-7 a loop that the model blocks keeps predict waiting")
async def _(reports: Reports) -> None:
    for seconds, report in reports.items():
        verdicts = report.verdicts("ARENA-7")
        # In quiet it depends on whether the loop looks for requests before it has said Empty.
        assert verdicts["predict returns at once"] == "ok" or seconds in SLOW
        verdict = verdicts["predict returns at once while the model works"]
        assert verdict == _broken_if(seconds in SLOW), (seconds, report.details("ARENA-7"))


@suite.check("doctor: ARENA-10 a model that blocks works on one request after the other")
async def _(reports: Reports) -> None:
    for seconds, report in reports.items():
        verdict = report.verdicts("ARENA-10")["5 sessions at once wait about as long as one"]
        assert verdict == _broken_if(seconds in SLOW), (seconds, report.details("ARENA-10"))


@suite.check("doctor: ARENA-16 a template begins to work when a stream is opened")
async def _(reports: Reports) -> None:
    for seconds, report in reports.items():
        assert report.verdicts("ARENA-16") == {
            "an answer waits while no stream is open": "ok",
            "work begins before a stream is opened": "broken",
        }, (seconds, report.details("ARENA-16"))


@suite.check("doctor: ARENA-17 a template loses what was on its way, and what was not read")
async def _(reports: Reports) -> None:
    for seconds, report in reports.items():
        assert report.verdicts("ARENA-17") == {
            "two streams open: each answer comes on one of them": "ok",
            "a stream is cancelled: what had not arrived comes on the next": "broken",
            "a connection is cut: what had not arrived comes on the next": "broken",
            "a connection is cut: what was acknowledged last comes again": "broken",
        }, seconds
        lost = [detail for detail in report.details("ARENA-17") if detail.startswith("0 of 2")]
        assert len(lost) == 2, (seconds, report.details("ARENA-17"))
        assert all("2 had been on their way" in detail for detail in lost), lost


@suite.check("doctor: ARENA-19 ARENA-20 ARENA-22 nothing is called right that was not looked at")
async def _(reports: Reports) -> None:
    for seconds, report in reports.items():
        assert set(report.verdicts("ARENA-19").values()) == {"not seen"}, seconds
        assert set(report.verdicts("ARENA-20").values()) == {"ok", "not seen"}, seconds
        assert set(report.verdicts("ARENA-22").values()) == {"not seen"}, seconds


def _broken_if(wrong: bool) -> str:
    return "broken" if wrong else "ok"

"""The shapes of a request's text, and images."""

import base64
import hashlib
import json
import random
from typing import Any

from arena import Arena, arena
from requests_text import Message, chat, image_part, message, text_part, user
from suite import Suite

suite = Suite(arena)

IMAGE = base64.b64encode(b"\x89PNG and so on").decode()
IMAGE_URL = f"data:image/png;base64,{IMAGE}"
SYSTEM = message("system", "Be brief.")
CONVERSATION = [SYSTEM, user("Hello"), message("assistant", "Hello!"), user("Who are you?")]


async def _seen(arena: Arena, request: str) -> list[Message]:
    """What the model got, as it tells."""
    answer = await arena.ask(request)
    assert answer.error is None, answer
    messages: list[Message] = json.loads(answer.text)
    return messages


async def _expect(arena: Arena, request: Any, expected: list[Message]) -> None:
    assert await _seen(arena, json.dumps(request)) == expected


@suite.check("ARENA-12 all the messages reach the model in order, system message included")
async def _(arena: Arena) -> None:
    await _expect(arena, CONVERSATION, CONVERSATION)


@suite.check("ARENA-12 other roles pass through and unknown fields are ignored")
async def _(arena: Arena) -> None:
    sent = {**message("narrator", "Once"), "name": "N", "mood": {"calm": True}}
    await _expect(arena, [sent, user("upon")], [message("narrator", "Once"), user("upon")])


@suite.check("ARENA-12 parts of text and images by data URL or address reach the model")
async def _(arena: Arena) -> None:
    address = "https://example.org/cat.png"
    parts = [text_part("What is it?"), image_part(IMAGE_URL), image_part(address)]
    expected = {"role": "user", "parts": ["What is it?", IMAGE_URL, address]}
    await _expect(arena, [user(parts)], [expected])


@suite.check("ARENA-12 every alphabet, emoji and control characters survive")
async def _(arena: Arena) -> None:
    for text in ["Hyvää päivää", "你好 👋🏽", '\u0000 \u2028 \t \\ "', "\U0010ffff"]:
        for escaped in (True, False):
            request = json.dumps([user(text)], ensure_ascii=escaped)
            assert await _seen(arena, request) == [user(text)]


@suite.check("ARENA-13 the older shapes reach the model as the same messages")
async def _(arena: Arena) -> None:
    with_image = [SYSTEM, {"role": "user", "parts": ["Hello", IMAGE_URL]}]
    shapes: list[tuple[Any, list[Message]]] = [
        ({"messages": CONVERSATION}, CONVERSATION),
        ({"text": CONVERSATION}, CONVERSATION),
        ({"text": [user("Hello")], "system": "Be brief."}, [SYSTEM, user("Hello")]),
        ({"text": [user("Hello")], "image": IMAGE, "system": "Be brief."}, with_image),
    ]
    for shape, expected in shapes:
        await _expect(arena, shape, expected)
        await _expect(arena, {"data": shape}, expected)


@suite.check("ARENA-14 an image of 5 MB arrives whole")
async def _(arena: Arena) -> None:
    await _send_image(arena, 5_000_000)


@suite.check("ARENA-14 an image of 20 MB arrives whole")
async def _(arena: Arena) -> None:
    await _send_image(arena, 20_000_000)


async def _send_image(arena: Arena, size: int) -> None:
    url = f"data:image/png;base64,{base64.b64encode(random.randbytes(size)).decode()}"
    digest = hashlib.sha256(url.encode()).hexdigest()
    request = chat(user([text_part("What is it?"), image_part(url)]))
    assert await _seen(arena, request) == [{"role": "user", "parts": ["What is it?", digest]}]

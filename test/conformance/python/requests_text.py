"""The text of requests, in the shapes that tasks send (ARENA-12, ARENA-13)."""

import json
from typing import Any

Message = dict[str, Any]


def message(role: str, content: Any) -> Message:
    return {"role": role, "content": content}


def user(content: Any) -> Message:
    return message("user", content)


def text_part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def image_part(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def chat(*messages: Message) -> str:
    return json.dumps(messages)


def say(text: str) -> str:
    """One user message with this text."""
    return chat(user(text))

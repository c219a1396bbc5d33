"""A line of the doctor's report."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

State = Literal["ok", "note", "problem"]
ORDER: tuple[State, ...] = ("ok", "note", "problem")


class Line(Struct, frozen=True):
    """A line of the report. ``code`` is stable: programs may rely on it. ``advice``: what to do, preferably a command."""

    topic: str
    code: str
    state: State
    text: str
    advice: str = ""


def state_of(lines: Iterable[Line]) -> State:
    """The worst state of the lines."""
    return max((line.state for line in lines), key=ORDER.index, default="ok")


def ok(topic: str, code: str, text: str) -> Line:
    return Line(topic, code, "ok", text)


def note(topic: str, code: str, text: str, advice: str = "") -> Line:
    return Line(topic, code, "note", text, advice)


def problem(topic: str, code: str, text: str, advice: str) -> Line:
    return Line(topic, code, "problem", text, advice)

"""Common functions for forms: their values as the API needs them, and its refusals as sentences."""

import re

from careen.server.errors import Refused

LABELS = {"host": "Address", "namespace": "Address", "include": "Repositories", "exclude": "Repositories to leave out"}
_WRONG = re.compile(r"(?P<wanted>.*) - at `\$(?P<place>.*)`", re.DOTALL)
_LIMITS = {"<=": "at most", ">=": "at least"}


def sentence(refused: Refused) -> str:
    """The refusal as readable text. Codes and names in it stay unchanged."""
    text = f"{refused.detail[:1].upper()}{refused.detail[1:]}"
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    return f"{text} {refused.hint[:1].upper()}{refused.hint[1:]}." if refused.hint else text


def wrong_value(error: str) -> str:
    """What is wrong with a form, for its readers. ``error``: msgspec's, such as "Expected `int` <= 8 - at `$.hours`"."""
    found = _WRONG.fullmatch(error)
    if not found:
        return "the form has a wrong value"
    name = re.sub(r"\[[^\]]*\]", "", found["place"]).rpartition(".")[2]
    label = LABELS.get(name, name.replace("_", " "))
    return f"the form has a wrong value in “{label}”: {_wanted(found['wanted'])}" if label else "the form has a wrong value"


def _wanted(text: str) -> str:
    length, limit = re.search(r"length (<=|>=) (\d+)", text), re.search(r"`(?:int|float)` (<=|>=) (\S+)$", text)
    if length and length[2] == "1":
        return "it must not be empty"
    if length:
        return f"it must have {_LIMITS[length[1]]} {length[2]} characters or entries"
    if limit:
        return f"it must be {_LIMITS[limit[1]]} {limit[2]}"
    if text.startswith("Invalid enum value"):
        return "it is none of the choices"
    return "it is empty, or has characters that do not belong there"


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def whole(text: str, name: str) -> int | None:
    """The whole number in a field; None if the field is empty. Raises Refused if it is not a whole number."""
    if not text.strip():
        return None
    if not text.strip().isascii() or not text.strip().isdecimal() or len(text.strip()) > 15:
        raise Refused(422, f"{name} must be a whole number, not {text.strip()[:20]!r}", "body")
    return int(text)


def is_on(text: str) -> bool:
    """Whether a checkbox with this value is checked."""
    return text == "on"

"""Common functions for forms: their values as the API needs them, and its refusals as sentences."""

from careen.server.errors import Refused


def sentence(refused: Refused) -> str:
    """The refusal as readable text. Codes and names in it stay unchanged."""
    text = f"{refused.detail[:1].upper()}{refused.detail[1:]}"
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    return f"{text} {refused.hint[:1].upper()}{refused.hint[1:]}." if refused.hint else text


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

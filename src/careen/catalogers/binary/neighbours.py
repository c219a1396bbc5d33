"""The texts beside a constant of its own, which may show what the constant is."""

from .version_forms import NEAR_BYTES


def text_before(data: bytes, start: int) -> bytes:
    return data[max(0, start - NEAR_BYTES) : start].rstrip(b"\0").rpartition(b"\0")[2]


def text_after(data: bytes, end: int) -> bytes:
    after = data.find(b"\0", end)
    return data[after : after + NEAR_BYTES].lstrip(b"\0").partition(b"\0")[0] if after >= 0 else b""


def is_about_versions(text: bytes) -> bool:
    return b"ersion" in text or b"ERSION" in text or b" v%s" in text

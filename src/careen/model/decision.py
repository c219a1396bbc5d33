"""A file inside an image that suppresses findings: a claim of the image's maker."""

from typing import Literal

from msgspec import Struct


class Decision(Struct, frozen=True):
    """Such a file. ``text`` is the VEX document; ignore rules are reported without their text."""

    kind: Literal["vex", "rules"]
    text: str = ""
    path: str = ""
    layer: int = 0

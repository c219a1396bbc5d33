"""A file inside an image that sets findings aside: a claim of the image's maker."""

from typing import Literal

from msgspec import Struct


class Decision(Struct, frozen=True):
    """``text`` is the VEX document; ignore rules are reported without their text."""

    kind: Literal["vex", "rules"]
    text: str = ""
    path: str = ""
    layer: int = 0

"""A file inside an image that says which findings do not matter: a claim of whoever made the image."""

from typing import Literal

from msgspec import Struct


class Decision(Struct, frozen=True):
    """``text`` is the document's, of VEX; ignore rules are told and not kept."""

    kind: Literal["vex", "rules"]
    text: str = ""
    path: str = ""
    layer: int = 0

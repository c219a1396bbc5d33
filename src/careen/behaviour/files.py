"""A file of an image whose content the parts of ``behaviour`` (hardening, hooks, code …) examine."""

from typing import Literal

from msgspec import Struct

Kind = Literal["program", "shell", "python", "javascript", "perl", "ruby", "php", "jsp", "lua", "other", "manifest", "unit"]
STATED: tuple[Kind, ...] = ("manifest", "unit")  # no code: they state what is started, by a package manager or by systemd


class ExaminedFile(Struct, frozen=True):
    """A file and what is known about it. ``owner``: purl of the package that has the file, or "". ``verified``: the file has
    the content that the distribution's package records. ``explained``: a package of a language has the file in its list or
    in its folder. ``cut``: ``data`` is only the beginning of the file. ``mode``: the file's permission bits."""

    path: str
    layer: int
    kind: Kind
    data: bytes
    owner: str = ""
    verified: bool = False
    explained: bool = False
    cut: bool = False
    mode: int = 0

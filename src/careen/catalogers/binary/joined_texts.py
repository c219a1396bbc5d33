"""The version of a program in Rust, whose texts run into each other: ``spans0.9.3configcache``.

It is the only number of those near the own name that is neither in the path of a crate nor in a sentence. Since Rust 1.93 the
parts of a format have their length before them, a byte that may look like a letter: ``9Acme 1.5.0 is running``.
"""

from careen.safety.pattern import pattern

from .own_name import plain

MAX_JOINED = 64
MARK = b"/rustc/"

_NEAR_BYTES, _NAME_BYTES = 64, 42
_RELEASE = rb"(\d{1,3}\.\d{1,3}\.\d{1,5}(?:-(?:alpha|beta|rc)\.?\d{0,3})?)"
_JOINED = pattern(_RELEASE + rb"[ -,:-~]")
_JOINING = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ)]}>\"'`:;!? \n")
_COUNTED = pattern(_RELEASE + rb"(?: |\n|$)")
_NAME = pattern(rb"[A-Za-z][A-Za-z0-9_+-]{1,40} v?$")


class JoinedTexts:
    """``note`` is called for each number with a dot."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._joined: dict[bytes, bool] = {}  # whether the own name is near
        self._counted: set[bytes] = set()  # in a part of a format, after the own name

    def note(self, data: bytes, at: int) -> None:
        if data[at - 1] not in _JOINING or len(self._joined) >= MAX_JOINED:
            return
        joined = _JOINED.match(data, at)
        if joined is None:
            return
        if data[at - 1 : at].isspace() and data[joined.end() - 1 : joined.end()].isspace():
            self._note_counted(data, at)
            return
        near = plain(data[max(0, at - _NEAR_BYTES) : joined.end() + _NEAR_BYTES].decode("latin-1"))
        self._joined[joined[1]] = self._joined.get(joined[1], False) or any(name in near for name in self._names)

    def version(self) -> bytes | None:
        for versions in (self._counted, {version for version, is_near in self._joined.items() if is_near}):
            if len(versions) == 1:
                return next(iter(versions))
        return None

    def _note_counted(self, data: bytes, at: int) -> None:
        number = _COUNTED.match(data, at)
        name = _NAME.search(data, max(0, at - _NAME_BYTES), at)
        for start in (name.start(), name.start() + 1) if name and number else ():
            if name and number and _is_counted(data, start) and self._is_own(data[start:at]):
                self._counted.add(number[1])

    def _is_own(self, lead: bytes) -> bool:
        return plain(lead.partition(b" ")[0].decode("latin-1")) in self._names


def _is_counted(data: bytes, start: int) -> bool:
    """Whether the byte in front of a text is its length: an instruction follows it then, or the end."""
    end = start + data[start - 1] if start else len(data)
    return end < len(data) and (data[end] == 0 or data[end] >= 0x80)

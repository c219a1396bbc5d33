"""The version of a program in Rust, whose texts run into each other: ``spans0.9.3configcache``.

Stated are, in this order: the version in a part of a format with the own name; that of a line ``Version: 0.9.3``; the one
right behind the own name (``acme0.9.3A fast search``, ``acme/0.9.3``) or beside the address of an author, as in the texts of a
command line; the only one near the own name; the one behind a sentence (``A fast search.0.9.3Options``). Versions in the path
of a crate or in a sentence do not count. The only one of the whole program is a guess.

Since Rust 1.93 the parts of a format have their length before them, a byte that may look like a letter: ``9Acme 1.5.0 is
running``.
"""

from careen.safety.pattern import pattern

from .own_name import plain

MAX_JOINED = 64
MARKS = (b"/rustc/", b"/rustc-1.")

_NEAR_BYTES, _NAME_BYTES, _AUTHOR_BYTES = 64, 42, 80
_RELEASE = rb"(\d{1,3}\.\d{1,3}\.\d{1,5}(?:-(?:alpha|beta|rc)\.?\d{0,3})?)"
_JOINED = pattern(_RELEASE + rb"[ -,:-~\x00]")  # a NUL: the last text of a table, before numbers
_OF_AGENT = pattern(_RELEASE + rb"(?![\d.])")
_SLASH = ord("/")
_JOINING = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ)]}>\"'`:;!? \n")
_IN_A_SENTENCE = pattern(_RELEASE + rb"(?:[\s)\]\"'`;:!?]|,(?!\w)|\+(?!\w))")
_LABEL, _LINE = b"Version: ", pattern(_RELEASE + rb"\n")
_DESCRIBED = pattern(_RELEASE + rb"[A-Za-z]")
_SENTENCE, _SENTENCE_BYTES = pattern(rb"[A-Z][a-z]{0,20}(?: [\w'(),/-]{1,30}){2,12}\.$"), 120
_COUNTED = pattern(_RELEASE + rb"(?: |\n|$)")
_NAME = pattern(rb"[A-Za-z][A-Za-z0-9_+-]{1,40} v?$")
_AUTHOR_BEFORE = pattern(rb"<[\w.+-]{1,60}@[\w.-]{1,60}>v?$")
_AUTHOR_AFTER = pattern(_RELEASE + rb"\n?[A-Z][^<>\x00\n]{2,60}<[\w.+-]{1,60}@")
# Examples, versions of formats and of Unicode: ``14.0`` and ``16.0.0``.
_OTHERS = frozenset((b"0.0.0", b"0.0.1", b"0.1.0", b"1.0.0", b"1.2.3", b"2.0.0", b"2.1.0", b"14.016.0"))


class JoinedTexts:
    """``note`` is called for each number with a dot. ``spellings``: the own name as it may be written."""

    def __init__(self, names: frozenset[str], spellings: tuple[bytes, ...]) -> None:
        self._names, self._spellings = names, spellings
        self._counted: set[bytes] = set()
        self._behind: set[bytes] = set()
        self._authored: set[bytes] = set()
        self._labelled: set[bytes] = set()
        self._described: set[bytes] = set()
        self._near: set[bytes] = set()
        self._all: set[bytes] = set()

    def note(self, data: bytes, at: int) -> None:
        if data[at - 1] == _SLASH:
            self._note_agent(data, at)
        if data[at - 1] not in _JOINING:
            return
        if data.endswith(_LABEL, 0, at) and (labelled := _LINE.match(data, at)):
            self._labelled.add(labelled[1])
        joined = _JOINED.match(data, at)
        if joined is None:
            return
        version = joined[1]
        if data[at - 1 : at].isspace() and _IN_A_SENTENCE.match(data, at):
            self._note_counted(data, at)
            return
        if len(self._all) < MAX_JOINED:
            self._all.add(version)
        if data[max(0, at - _NAME_BYTES) : at].removesuffix(b"v").endswith(self._spellings):
            self._behind.add(version)
        elif _AUTHOR_BEFORE.search(data, max(0, at - _AUTHOR_BYTES), at) or _AUTHOR_AFTER.match(data, at):
            self._authored.add(version)
        near = plain(data[max(0, at - _NEAR_BYTES) : joined.end() + _NEAR_BYTES].decode("latin-1"))
        if any(name in near for name in self._names):
            self._near.add(version)

    def note_behind_point(self, data: bytes, at: int) -> None:
        """The version behind what a command line says about the program: ``A fast search.0.9.3Options``."""
        joined = _DESCRIBED.match(data, at)
        if joined and joined[1] not in _OTHERS and _SENTENCE.search(data, max(0, at - _SENTENCE_BYTES), at):
            self._described.add(joined[1])

    def version(self) -> bytes | None:
        for versions in (self._counted, self._labelled, self._behind, self._authored, self._near, self._described):
            if len(versions) == 1:
                return next(iter(versions))
        return None

    def only_version(self) -> bytes | None:
        found = self._all - _OTHERS if len(self._all) < MAX_JOINED else set()
        return next(iter(found)) if len(found) == 1 else None

    def _note_agent(self, data: bytes, at: int) -> None:
        """``acme/1.2.3``, as a client calls itself, before any other text."""
        agent = _OF_AGENT.match(data, at)
        if agent and agent[1] not in _OTHERS and data[max(0, at - 1 - _NAME_BYTES) : at - 1].endswith(self._spellings):
            self._behind.add(agent[1])

    def _note_counted(self, data: bytes, at: int) -> None:
        number = _COUNTED.match(data, at)
        name = _NAME.search(data, max(0, at - _NAME_BYTES), at)
        for start in (name.start(), name.start() + 1) if name and number else ():
            if number and _is_counted(data, start) and self._is_own(data[start:at]):
                self._counted.add(number[1])

    def _is_own(self, lead: bytes) -> bool:
        return plain(lead.partition(b" ")[0].decode("latin-1")) in self._names


def _is_counted(data: bytes, start: int) -> bool:
    """Whether the byte in front of a text is its length: an instruction follows it then, or the end."""
    end = start + data[start - 1] if start else len(data)
    return end < len(data) and (data[end] == 0 or data[end] >= 0x80)

"""Derives fixes from the patches of a source package: code that only the sources before, or only those after a patch
contain.

Patches are applied in their order, those without a CVE too, so that each is compared on the sources that it was made
for. A patch that does not fit is examined alone, with the context in it.  **Source:** dpkg-source(1), "Format: 3.0
(quilt)"; DEP-3.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from .building import MAX_FILE_BYTES, is_own_code
from .fixes import Change, Fix
from .lines import Grams, as_hashes
from .patches import Applied, FileChanges, Hunk, Work, apply, changes_in
from .source import Language, Parsed, language_of, literals_of
from .spans import Hashes, hashes_of

MAX_PATCHES = 5_000
MAX_PATCH_BYTES = 8 << 20
MAX_TEXTS = 5_000
UNREAD = (".s", ".asm", ".rl", ".gperf")  # code in a language that is not read: such a change cannot be found
SERIES = ("debian/patches/debian.series", "debian/patches/series")  # the first that exists counts
_WORD = re.compile(rb"[A-Za-z0-9_]+")
_CVE = re.compile(r"(?<![a-z0-9])CVE[-_]((?:19|20)\d\d)[-_](\d{4,12})(?!\d)", re.IGNORECASE | re.ASCII)


class Patch(Struct, frozen=True):
    """A patch of a source package. ``cves`` are the CVEs in its name, empty for a patch with another purpose."""

    name: str
    cves: tuple[str, ...]
    data: bytes


def patches_in(files: Mapping[str, bytes]) -> list[Patch]:
    """The patches that the series of a ``debian`` folder lists, in its order; without a series, those whose name has a CVE."""
    series = next((files[name] for name in SERIES if name in files), None)
    if series is None:
        named = [(name, data) for name, data in sorted(files.items()) if name.endswith((".patch", ".diff")) and _cves(name)]
    else:
        names = [line.partition("#")[0].split() for line in series.decode("utf-8", "replace").splitlines()]
        paths = [f"debian/patches/{words[0]}" for words in names if words]
        named = [(path, files[path]) for path in paths if path in files]
    kept = [Patch(name, _cves(name), data) for name, data in named if len(data) <= MAX_PATCH_BYTES]
    return kept[:MAX_PATCHES]


def learned(project: str, patches: Sequence[Patch], originals: Mapping[str, bytes]) -> list[Fix]:
    """The fixes in the patches. ``originals`` are the sources that the patches were made for; a patch for a missing
    file is examined alone.

    Raises ValueError if that takes too long: a fix that is known from some of its patches only cannot be shown to be
    present.
    """
    if not any(patch.cves for patch in patches):
        return []
    work = Work()
    files = dict(originals)
    found: dict[str, list[_Seen]] = {}
    for patch in patches:
        for changes in _changes(patch):
            language = language_of(changes.path)
            if changes.path.lower().endswith(UNREAD):
                for cve in patch.cves:
                    found.setdefault(cve, []).append(_Seen(changes.path))
            if language is None or not is_own_code(changes.path) or len(files.get(changes.path, b"")) > MAX_FILE_BYTES:
                continue
            applied = apply(files.get(changes.path, b"").split(b"\n"), changes.hunks, work)
            if any(applied.spans):
                files[changes.path] = b"\n".join(applied.after)
            seen = list(_seen(changes, applied, language)) if patch.cves else []
            for cve in patch.cves:
                found.setdefault(cve, []).extend(seen)
    final = _Final(originals, files)
    fixes = (Fix(project, cve, tuple(map(final.change, known))) for cve, known in sorted(found.items()))
    return [fix for fix in fixes if any(any(change.hashes) for change in fix.changes)]


class _Seen(Struct, frozen=True):
    path: str
    vulnerable: frozenset[int] = frozenset()
    fixed: frozenset[int] = frozenset()
    old_texts: frozenset[bytes] = frozenset()
    new_texts: frozenset[bytes] = frozenset()


def _changes(patch: Patch) -> Iterator[FileChanges]:
    try:
        yield from changes_in(patch.data)
    except ValueError:
        return


def _seen(changes: FileChanges, applied: Applied, language: Language) -> Iterator[_Seen]:
    """Yields each change of code with the features of its two sides. A change of comments only is left out.

    A change without any feature of its own is kept: it cannot be shown whether a file has it.
    """
    before, after = Grams(b"\n".join(applied.before), language), Grams(b"\n".join(applied.after), language)
    for hunk, spans in zip(changes.hunks, applied.spans, strict=True):
        if spans is None:
            old, new = (Grams(b"\n".join(part), language) for part in (hunk.before, hunk.after))
            vulnerable, fixed = old.hashes - new.hashes, new.hashes - old.hashes
            is_code = old.code(range(len(hunk.before))) != new.code(range(len(hunk.after)))
        else:
            vulnerable = before.within(spans[0]) - after.hashes
            fixed = after.within(spans[1]) - before.hashes
            is_code = before.code(spans[0]) != after.code(spans[1])
        if is_code:
            yield _Seen(changes.path, vulnerable, fixed, *_literals(hunk, language))


def _literals(hunk: Hunk, language: Language) -> tuple[frozenset[bytes], frozenset[bytes]]:
    old, new = (literals_of(Parsed(b"\n".join(part), language))[0] for part in (hunk.before, hunk.after))
    return old - new, new - old


class _Final:
    """The sources after all patches: a later patch may have changed, or reverted, an earlier change."""

    def __init__(self, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
        self._after = after
        self._old, self._new = _Texts(before), _Texts(after)
        self._grams: dict[str, frozenset[int]] = {}

    def change(self, seen: _Seen) -> Change:
        lines = self._lines(seen.path)
        old = (text for text in seen.old_texts if text not in self._new)
        new = (text for text in seen.new_texts if text in self._new and text not in self._old)
        return Change(
            seen.path,
            _packed(as_hashes(seen.vulnerable - lines)),
            _packed(as_hashes(seen.fixed & lines or seen.fixed)),
            _packed(hashes_of(old)),
            _packed(hashes_of(new)),
            _packed(as_hashes(seen.vulnerable & lines)),
        )

    def _lines(self, path: str) -> frozenset[int]:
        if path not in self._grams:
            language = language_of(path)
            self._grams[path] = Grams(self._after.get(path, b""), language).hashes if language else frozenset()
        return self._grams[path]


class _Texts:
    """Answers whether a text is a literal in any file of a project. Only files that contain its longest word are
    parsed."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {path: data for path, data in files.items() if is_own_code(path) and len(data) <= MAX_FILE_BYTES}
        self._parsed: dict[str, frozenset[bytes]] = {}
        self._left = MAX_TEXTS

    def __contains__(self, text: bytes) -> bool:
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"its patches have more than {MAX_TEXTS} literals")
        word = max(_WORD.findall(text), key=len, default=b"")
        return any(word in data and text in self._literals(path) for path, data in self._files.items())

    def _literals(self, path: str) -> frozenset[bytes]:
        if path not in self._parsed:
            language = language_of(path)
            self._parsed[path] = literals_of(Parsed(self._files[path], language))[0] if language else frozenset()
        return self._parsed[path]


def _packed(hashes: Hashes) -> bytes:
    return hashes.astype("<u8").tobytes()


def _cves(path: str) -> tuple[str, ...]:
    name = path.rpartition("/")[2]
    return tuple(dict.fromkeys(f"CVE-{year}-{number}" for year, number in _CVE.findall(name)))

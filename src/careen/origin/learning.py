"""Learns fixes from the patches of a source package: what only the code before, or only the code after them has.

Patches are applied in their order, those without a CVE too, so that each is seen on the sources that it was made for. One that
does not fit is seen alone, as far as its context goes.  **Source:** dpkg-source(1), "Format: 3.0 (quilt)"; DEP-3.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from .building import MAX_FILE_BYTES, is_own_code
from .fixes import Change, Fix
from .lines import Grams, as_hashes
from .patches import Applied, FileChanges, Hunk, apply, changes_in
from .source import Language, language_of, literals_of, parsed
from .spans import Hashes, hashes_of

MAX_PATCHES = 5_000
MAX_PATCH_BYTES = 8 << 20
SERIES = ("debian/patches/debian.series", "debian/patches/series")  # the first that is there counts
_CVE = re.compile(r"(?<![a-z0-9])CVE[-_]((?:19|20)\d\d)[-_](\d{4,12})(?!\d)", re.IGNORECASE | re.ASCII)


class Patch(Struct, frozen=True):
    """``cves``: those that its name has; none of a patch for another purpose."""

    name: str
    cves: tuple[str, ...]
    data: bytes


def patches_in(files: Mapping[str, bytes]) -> list[Patch]:
    """Of a ``debian`` folder those in the series, in its order; else every patch in the files whose name has a CVE."""
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
    """``originals``: the files of the sources that the patches are for; without them a patch is seen alone."""
    if not any(patch.cves for patch in patches):
        return []
    files = dict(originals)
    found: dict[str, list[_Seen]] = {}
    for patch in patches:
        for changes in _changes(patch):
            language = language_of(changes.path)
            if language is None or not is_own_code(changes.path) or len(files.get(changes.path, b"")) > MAX_FILE_BYTES:
                continue
            applied = apply(files.get(changes.path, b"").split(b"\n"), changes.hunks)
            if any(applied.spans):
                files[changes.path] = b"\n".join(applied.after)
            for cve in patch.cves:
                found.setdefault(cve, []).extend(_seen(changes, applied, language))
    final = _Final(originals, files)
    fixes = (Fix(project, cve, tuple(map(final.change, known))) for cve, known in sorted(found.items()))
    return [fix for fix in fixes if fix.changes]


class _Seen(Struct, frozen=True):
    path: str
    vulnerable: frozenset[int]
    fixed: frozenset[int]
    old_texts: frozenset[bytes]
    new_texts: frozenset[bytes]


def _changes(patch: Patch) -> Iterator[FileChanges]:
    try:
        yield from changes_in(patch.data)
    except ValueError:
        return


def _seen(changes: FileChanges, applied: Applied, language: Language) -> Iterator[_Seen]:
    before, after = Grams(b"\n".join(applied.before), language), Grams(b"\n".join(applied.after), language)
    for hunk, spans in zip(changes.hunks, applied.spans, strict=True):
        if spans is None:
            old, new = (Grams(b"\n".join(part), language).hashes for part in (hunk.before, hunk.after))
            vulnerable, fixed = old - new, new - old
        else:
            vulnerable = before.within(spans[0]) - after.hashes
            fixed = after.within(spans[1]) - before.hashes
        if vulnerable or fixed:
            yield _Seen(changes.path, vulnerable, fixed, *_literals(hunk, language))


def _literals(hunk: Hunk, language: Language) -> tuple[frozenset[bytes], frozenset[bytes]]:
    old, new = (literals_of(parsed(b"\n".join(part), language))[0] for part in (hunk.before, hunk.after))
    return old - new, new - old


class _Final:
    """The sources after all patches: a later one may have changed, or taken back, what an earlier one did."""

    def __init__(self, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
        self._files = after
        changed = {path for path, data in after.items() if before.get(path) is not data}
        same = _texts(data for path, data in _code(after) if path not in changed)
        self._old_texts = same | _texts(data for path, data in _code(before) if path in changed)
        self._new_texts = same | _texts(data for path, data in _code(after) if path in changed)
        self._grams: dict[str, frozenset[int]] = {}

    def change(self, seen: _Seen) -> Change:
        lines = self._lines(seen.path)
        return Change(
            seen.path,
            _packed(as_hashes(seen.vulnerable - lines)),
            _packed(as_hashes(seen.fixed & lines or seen.fixed)),
            _packed(hashes_of(seen.old_texts - self._new_texts)),
            _packed(hashes_of((seen.new_texts & self._new_texts) - self._old_texts)),
        )

    def _lines(self, path: str) -> frozenset[int]:
        if path not in self._grams:
            language = language_of(path)
            self._grams[path] = Grams(self._files.get(path, b""), language).hashes if language else frozenset()
        return self._grams[path]


def _code(files: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[bytes, Language]]]:
    for path, data in files.items():
        language = language_of(path)
        if language is not None and is_own_code(path) and len(data) <= MAX_FILE_BYTES:
            yield path, (data, language)


def _texts(files: Iterable[tuple[bytes, Language]]) -> frozenset[bytes]:
    return frozenset(text for data, language in files for text in literals_of(parsed(data, language))[0])


def _packed(hashes: Hashes) -> bytes:
    return hashes.astype("<u8").tobytes()


def _cves(path: str) -> tuple[str, ...]:
    name = path.rpartition("/")[2]
    return tuple(dict.fromkeys(f"CVE-{year}-{number}" for year, number in _CVE.findall(name)))

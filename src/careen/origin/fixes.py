"""Whether code contains the fix of a vulnerability: decided by code that only its vulnerable, or only its fixed form
has.

A distribution's patch that names a CVE is applied to the sources that it was made for. For each change in it, those
stretches of lines (``lines``) are kept that only the file before has, or only the file after. So are texts of string
literals that only one of them has anywhere in the project: these are found in programs too.

| state      | of a component's files                                                                                    |
|------------|-----------------------------------------------------------------------------------------------------------|
| fixed      | every change is present in its fixed form, none in its vulnerable form, in every file that it changes     |
| vulnerable | a change is present in its vulnerable form, and none in its fixed form                                    |
| unknown    | anything else: the file was edited, or is of a version that has neither form                              |

If patches of several versions of the project name the CVE, a change of any of them counts against the opposite state.
A change without any feature of its own counts, too: a fix with such a change cannot be shown to be present.
"""

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from .spans import Hashes, distinct

State = Literal["fixed", "vulnerable", "unknown"]
PRESENT = 0.3  # of the stretches of a vulnerable form: an edit nearby has changed the others
_HASH = np.dtype("<u8")


class Change(Struct, frozen=True, array_like=True):
    """One change of a patch to the file ``path``. Each field contains hashes, eight bytes each, little-endian and
    sorted.

    ``vulnerable``, ``fixed``: stretches of lines that only the file before, or only the file after has. ``*_texts``:
    literals in these lines that the project has only before, or only after. ``harmless``: stretches of the file
    before that a later patch brings back, so that fixed code has them, too.
    """

    path: str
    vulnerable: bytes
    fixed: bytes
    vulnerable_texts: bytes = b""
    fixed_texts: bytes = b""
    harmless: bytes = b""

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return self.vulnerable, self.fixed, self.vulnerable_texts, self.fixed_texts, self.harmless


class Fix(Struct, frozen=True, array_like=True):
    """How one source package fixes a CVE: every change of all its patches that name the CVE."""

    project: str
    cve: str
    changes: tuple[Change, ...]


class FixState(Struct, frozen=True):
    """The state of one CVE's fix in a component. ``is_trusted``: trusted fixes alone lead to the same state. Only
    such a state may suppress a finding."""

    cve: str
    state: State
    evidence: str
    is_trusted: bool = False


class Looked(Struct, frozen=True):
    """One file of a component: the paths in the project whose files it is most like, and those of its features that
    occur in fixes."""

    path: str
    originals: tuple[str, ...]
    features: frozenset[int]


class _Counts(Struct, frozen=True):
    """The number of a fix's changes, of those in a component's files (``there``), and of those present in either
    form."""

    changes: int = 0
    there: int = 0
    fixed: int = 0
    vulnerable: int = 0

    @property
    def state(self) -> State:
        if self.changes and self.fixed == self.changes and not self.vulnerable:
            return "fixed"
        return "vulnerable" if self.vulnerable and not self.fixed else "unknown"


def in_source(fixes: Iterable[Fix], files: Sequence[Looked]) -> tuple[FixState, ...]:
    """The states of fixes by the lines of source files, for CVEs whose patches change one of these files."""
    by_name = _by_name(files)
    fixes = tuple(fixes)
    harmless: dict[str, set[int]] = {}  # what one revision has in its fixed code is harmless in every revision
    for fix in fixes:
        harmless.setdefault(fix.cve, set()).update(*(_numbers(change.harmless) for change in fix.changes))
    return _states((fix, _counts(fix, by_name, harmless[fix.cve])) for fix in fixes)


def in_program(fixes: Iterable[Fix], texts: frozenset[int]) -> tuple[FixState, ...]:
    """The states of fixes by the literals of a program."""
    return _states((fix, _counts_of_texts(fix, texts)) for fix in fixes)


def marked(states: Iterable[FixState], trusted: Iterable[FixState]) -> tuple[FixState, ...]:
    """The states, marked as trusted if ``trusted``, the states that trusted fixes alone lead to, contains the same."""
    agreed = {(found.cve, found.state) for found in trusted}
    return tuple(replace(found, is_trusted=(found.cve, found.state) in agreed) for found in states)


def hashes_in(data: bytes) -> Hashes:
    return np.frombuffer(data, _HASH)


def features_of_fixes(fixes: Iterable[Fix]) -> tuple[Hashes, Hashes]:
    """(stretches of lines, literals) that occur in any of the fixes."""
    lines = [part for fix in fixes for change in fix.changes for part in (change.vulnerable, change.fixed)]
    texts = [part for fix in fixes for change in fix.changes for part in (change.vulnerable_texts, change.fixed_texts)]
    return distinct(hashes_in(b"".join(lines))), distinct(hashes_in(b"".join(texts)))


def in_order(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """The fixes sorted by project and CVE, each once: revisions of a package have most of their patches in common."""
    by_key = {(fix.project, fix.cve, msgspec.msgpack.encode(fix.changes)): fix for fix in fixes}
    return tuple(by_key[key] for key in sorted(by_key))


def damage_of(fixes: Sequence[Fix]) -> str:
    """The reason why fixes that were read from a file are invalid; "" if they are valid."""
    projects = [fix.project for fix in fixes]
    if projects != sorted(projects):
        return "is not in order"
    parts = (part for fix in fixes for change in fix.changes for part in change.hashes)
    return "has hashes that are cut short" if any(len(part) % _HASH.itemsize for part in parts) else ""


def _states(counted: Iterable[tuple[Fix, _Counts]]) -> tuple[FixState, ...]:
    by_cve: dict[str, list[_Counts]] = {}
    for fix, counts in counted:
        if counts.there:
            by_cve.setdefault(fix.cve, []).append(counts)
    return tuple(_together(cve, counts) for cve, counts in sorted(by_cve.items()))


def _together(cve: str, counts: Sequence[_Counts]) -> FixState:
    states = {found.state for found in counts} - {"unknown"}
    state: State = states.pop() if len(states) == 1 else "unknown"
    opposite = [found.vulnerable if state == "fixed" else found.fixed for found in counts]
    if any(opposite):  # a later revision changed more, or did it in another way
        state = "unknown"
    shown = max(counts, key=lambda found: (found.state == state, found.fixed + found.vulnerable))
    return FixState(
        cve,
        state,
        f"of {shown.changes} changes, {shown.fixed} in the fixed form and {shown.vulnerable} in the vulnerable form",
    )


def _by_name(files: Sequence[Looked]) -> dict[str, list[Looked]]:
    """The files that each name of an original stands for. Two originals that one file is like are the same under a former name:
    a file that is like either of them is looked at for both, or a fixed copy of one would hide what the other has."""
    names = [sorted({posixpath.basename(original) for original in file.originals}) for file in files]
    same: dict[str, str] = {}

    def first_of(name: str) -> str:
        while (other := same.get(name, name)) != name:
            name = other
        return name

    for mine in names:
        for name in mine[1:]:
            same[first_of(name)] = first_of(mine[0])
    together: dict[str, list[Looked]] = {}
    for file, mine in zip(files, names, strict=True):
        if mine:
            together.setdefault(first_of(mine[0]), []).append(file)
    return {name: together[first_of(name)] for mine in names for name in mine}


def _counts(fix: Fix, by_name: Mapping[str, Sequence[Looked]], harmless: set[int]) -> _Counts:
    there = fixed = vulnerable = 0
    for change in fix.changes:
        files = by_name.get(posixpath.basename(change.path), ())
        vulnerable_form = _numbers(change.vulnerable) - harmless
        forms = [_form(file.features, vulnerable_form, _numbers(change.fixed)) for file in files]
        there += bool(forms)
        fixed += bool(forms) and all(form == "fixed" for form in forms)
        vulnerable += "vulnerable" in forms
    return _Counts(len(fix.changes), there, fixed, vulnerable)


def _counts_of_texts(fix: Fix, texts: frozenset[int]) -> _Counts:
    forms = [_form(texts, _numbers(change.vulnerable_texts), _numbers(change.fixed_texts)) for change in fix.changes]
    fixed, vulnerable = forms.count("fixed"), forms.count("vulnerable")
    return _Counts(len(forms), fixed + vulnerable, fixed, vulnerable)


def _form(found: frozenset[int], vulnerable: frozenset[int], fixed: frozenset[int]) -> State:
    old, new = len(vulnerable & found), len(fixed & found)
    if fixed and new == len(fixed) and not old:
        return "fixed"
    return "vulnerable" if vulnerable and old >= PRESENT * len(vulnerable) and not new else "unknown"


def _numbers(data: bytes) -> frozenset[int]:
    return frozenset(hashes_in(data).tolist())

"""The licences of a file's text: those whose text it contains, and those that it names."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from .expressions import combined
from .names import id_of, is_gnu
from .notices import named_in
from .texts import matches_in, without
from .words import words_of

_NAMES = 512  # texts that are remembered


class Recognised(Struct, frozen=True, gc=False):
    """``expressions``: one for each licence; ``likeness`` is that of the text that is least like its original, 1.0 if all
    are only named; ``coverage`` the part of the words that licence texts take."""

    expressions: tuple[str, ...] = ()
    likeness: float = 1.0
    coverage: float = 0.0

    @property
    def expression(self) -> str:
        return combined(self.expressions)


def recognised(text: str) -> Recognised:
    """Copies with other copyright lines are recognised once."""
    words = words_of(text)
    key = hashlib.blake2b(" ".join(words).encode(), digest_size=16).digest()
    return _recognised(key, tuple(words))


@lru_cache(maxsize=_NAMES)
def _recognised(_: bytes, words: tuple[str, ...]) -> Recognised:
    matches = matches_in(words)
    named = named_in(without(words, matches))
    licences = [id_of(match.id) or match.id for match in matches if not match.exception]
    exceptions = [match.id for match in matches if match.exception]
    found = _together(licences, named)
    covered = sum(match.end - match.start for match in matches) / max(len(words), 1)
    return Recognised(
        tuple(sorted(set(_with_exceptions(found, exceptions)))),
        round(min((match.likeness for match in matches), default=1.0), 3),
        round(covered, 3),
    )


def _together(texts: Sequence[str], named: Sequence[str]) -> list[str]:
    """The text of a GNU licence states no later version: what the prose states about it counts."""
    named_families = {_family(id): id for id in named if is_gnu(id)}
    kept = [id for id in texts if not is_gnu(id) or _family(id) not in {_precise(other) for other in named_families.values()}]
    families = {_family(id) for id in kept if is_gnu(id)}
    # "GPL" without a version, beside the text of one version: the text is what is meant.
    return [*kept, *(id for id in named if not (is_gnu(id) and _family(id) in families))]


def _family(id: str) -> str:
    return id.split("-")[0]


def _precise(id: str) -> str:
    """The family, unless the id is that of a name without a version."""
    return "" if id in ("GPL-1.0-or-later", "LGPL-2.0-or-later", "AGPL-1.0-or-later") else _family(id)


def _with_exceptions(ids: Sequence[str], exceptions: Sequence[str]) -> list[str]:
    """An exception belongs to the GNU licence of the text."""
    owners = [id for id in ids if is_gnu(id) and " " not in id]
    if not owners or not exceptions:
        return list(ids)
    owner = owners[0]
    return [*(id for id in ids if id != owner), *(f"{owner} WITH {exception}" for exception in exceptions)]

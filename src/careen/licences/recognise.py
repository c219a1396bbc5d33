"""The licences of a file's text: those whose text it contains, and those that it mentions."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from .expressions import combined
from .names import id_of, is_gnu
from .notices import named_in
from .texts import matches_in, without
from .words import words_of

_NAMES = 512  # cached results


class Recognised(Struct, frozen=True, gc=False):
    """The licences of a text. ``expressions`` has one for each licence. ``likeness`` is that of the text that differs
    most from its original; 1.0 if all are only mentioned. ``coverage`` is the fraction of the words that licence texts
    take.
    """

    expressions: tuple[str, ...] = ()
    likeness: float = 1.0
    coverage: float = 0.0

    @property
    def expression(self) -> str:
        return combined(self.expressions)


def recognised(text: str) -> Recognised:
    """The licences that ``text`` contains, each once, even if copies differ in their copyright lines."""
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
    """The ids of texts and mentions, merged. The text of a GNU licence does not state whether later versions are
    allowed, so that a mention of it takes precedence.
    """
    named_families = {_family(id): id for id in named if is_gnu(id)}
    kept = [id for id in texts if not is_gnu(id) or _family(id) not in {_precise(other) for other in named_families.values()}]
    families = {_family(id) for id in kept if is_gnu(id)}
    # "GPL" without a version, beside the text of one version, means that text.
    return [*kept, *(id for id in named if not (is_gnu(id) and _family(id) in families))]


def _family(id: str) -> str:
    return id.split("-")[0]


def _precise(id: str) -> str:
    """The family of an id; "" for ids that stand for a name without a version."""
    return "" if id in ("GPL-1.0-or-later", "LGPL-2.0-or-later", "AGPL-1.0-or-later") else _family(id)


def _with_exceptions(ids: Sequence[str], exceptions: Sequence[str]) -> list[str]:
    """The ids, with the exceptions added to the first GNU licence."""
    owners = [id for id in ids if is_gnu(id) and " " not in id]
    if not owners or not exceptions:
        return list(ids)
    owner = owners[0]
    return [*(id for id in ids if id != owner), *(f"{owner} WITH {exception}" for exception in exceptions)]

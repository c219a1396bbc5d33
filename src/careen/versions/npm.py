"""npm versions and the ranges of package.json, as in node-semver.

Keys are those of semantic versions. Options of ``satisfies``: ``prerelease`` is node-semver's ``includePrerelease``;
``loose`` accepts pre-releases without hyphen and skips other words. Commas count as white space, as some advisories
write them. Without ``prerelease`` a range contains a pre-release only if a term names one with the same numbers.
Raises: ValueError if the text is not a version or not a range (node-semver then answers "no").
**Source:** node-semver 7, classes/range.js; README "Range Grammar".
"""

from careen.formats.version_text.semantic import Key, key_of, parse_semantic, semantic_key
from careen.formats.version_text.semantic_range import LOWEST, Bound, Term, alternatives, bounds, raised, terms
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

_HYPHEN = pattern(r"(?P<low>\S+) - (?P<high>\S+)")


def satisfies(version: str, constraint: str, *, prerelease: bool = False, loose: bool = False) -> bool:
    numbers, pre, _ = parse_semantic(version)
    key = key_of(numbers, pre)
    sets = [wanted for text in alternatives(constraint) if (wanted := _bounds(text, prerelease, loose)) is not None]
    if not sets:
        raise ValueError(f"not a range: {constraint[:80]!r}")
    return any(
        all(bound.admits(key) for bound in wanted)
        and (pre is None or prerelease or any(bound.pre is not None and bound.numbers == numbers for bound in wanted))
        for wanted in sets
    )


def _bounds(text: str, prerelease: bool, loose: bool) -> list[Bound] | None:
    """The bounds of one alternative; None if loose parsing finds no term in it."""
    if found := _HYPHEN.fullmatch(text):
        return _hyphen(_end(found["low"], loose), _end(found["high"], loose), prerelease)
    usable = []
    for term in terms(text, skip=loose):
        if _is_term(term, loose):
            usable.append(term)
        elif not loose:
            raise ValueError(f"not a range: {text[:80]!r}")
    if text and not usable:
        return None
    return [
        bound
        for operator, numbers, pre, *_ in usable
        for bound in bounds("=" if operator == "==" else operator, numbers, pre, prerelease=prerelease)
    ]


def _is_term(term: Term, loose: bool) -> bool:
    count = len(term.numbers)
    return term.operator not in ("!=", "<>") and (loose or not term.joined) and (count == 3 or (count < 3 and term.pre is None))


def _end(text: str, loose: bool) -> Term:
    found = terms(text)
    if len(found) != 1 or found[0].operator != "=" or not _is_term(found[0], loose):
        raise ValueError(f"not the end of a hyphen range: {text[:80]!r}")
    return found[0]


def _hyphen(low: Term, high: Term, prerelease: bool) -> list[Bound]:
    """The bounds of ``1.2 - 2.3.4``: both ends are included; a partial upper end includes every version that begins
    with it."""
    wanted = []
    if low.numbers:
        wanted.append(Bound(">=", low.numbers, LOWEST if prerelease and low.pre is None else low.pre))
    if len(high.numbers) == 3 and (high.pre is not None or not prerelease):
        wanted.append(Bound("<=", high.numbers, high.pre))
    elif high.numbers:
        wanted.append(Bound("<", raised(high.numbers), LOWEST))
    return wanted


def key(text: str) -> Key:
    return semantic_key(text)


VERSION_SCHEME = VersionScheme(name="npm", key=key, satisfies=satisfies)

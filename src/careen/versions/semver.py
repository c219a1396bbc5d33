"""Semantic versions, read leniently; ranges in the form that the package managers of Rust, Elixir and others share.

A range is terms that must all hold (separated by white space or commas) and alternatives (``||``). A partial version means
any that begins with it: ``2.1``, ``2.1.x``, ``<=1.1``; ``^`` and ``~`` as in Cargo and npm.
Options: ``prerelease`` compares pre-releases only by their order (otherwise they must be named in a term);
``zeropad`` treats missing numbers as 0 in comparisons. A pre-release of a partial version (``>=1-a``) matches nothing
unless zero-padded.
Raises: ValueError for text of another shape.
**Source:** Semantic Versioning 2.0.0, 11; the Cargo book, "Specifying Dependencies".
"""

from careen.formats.version_text.semantic import key_of, parse_semantic, semantic_key
from careen.formats.version_text.semantic_range import Term, alternatives, bounds, terms
from careen.formats.version_text.text import COMPARE
from careen.plugins import VersionScheme


def satisfies(version: str, constraint: str, *, prerelease: bool = False, zeropad: bool = False) -> bool:
    numbers, pre, _ = parse_semantic(version)
    key = key_of(numbers, pre)

    def holds(term: Term) -> bool:
        operator, numbers, named, _, wildcard = term
        if pre is not None and named is None and not prerelease:
            return False
        padded = zeropad and not wildcard
        if named is not None and len(numbers) < 3 and not padded:
            return False
        if padded and operator in COMPARE:
            return COMPARE[operator](key, key_of(numbers, named))
        wanted = bounds("=" if operator in ("==", "!=", "<>") else operator, numbers, named, prerelease=prerelease)
        return all(bound.admits(key) for bound in wanted) is (operator not in ("!=", "<>"))

    parsed = [terms(text) for text in alternatives(constraint)]  # an invalid part is always refused
    return any(all(map(holds, part)) for part in parsed)


VERSION_SCHEME = VersionScheme(name="semver", key=semantic_key, satisfies=satisfies)

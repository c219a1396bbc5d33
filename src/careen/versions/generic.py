"""Versions without a known scheme: numbers, then optionally a pre-release and build metadata, as semantic versions order them.

``satisfies`` reads terms that must all hold (separated by white space or commas) and alternatives (``||``): comparisons,
``^`` and ``~`` as in npm, and ``~>``, which allows a higher last number. Missing numbers count as zero. A pre-release satisfies
a range if its place in the order is within the range.
Raises: ValueError for other text, wildcards included.
**Source:** Semantic Versioning 2.0.0, 11; RubyGems, "Pessimistic version constraint", for ``~>``.
"""

from careen.formats.version_text.semantic import key_of, semantic_key
from careen.formats.version_text.semantic_range import Term, alternatives, bounds, raised, terms
from careen.formats.version_text.text import COMPARE
from careen.plugins import VersionScheme


def satisfies(version: str, constraint: str) -> bool:
    key = semantic_key(version)

    def holds(term: Term) -> bool:
        operator, numbers, pre, *_ = term
        if operator == "~>":
            upper = key_of(raised(numbers[: max(1, len(numbers) - 1)]), None)
            return key_of(numbers, pre) <= key < upper
        if operator in COMPARE:
            return COMPARE[operator](key, key_of(numbers, pre))
        return all(bound.admits(key) for bound in bounds(operator, numbers, pre, prerelease=True))

    parsed = [_terms(text) for text in alternatives(constraint)]  # an invalid part is always refused
    return any(all(map(holds, part)) for part in parsed)


def _terms(text: str) -> list[Term]:
    found = terms(text)
    if not found or any(term.wildcard for term in found):
        raise ValueError(f"not a constraint on plain versions: {text[:80]!r}")
    return found


VERSION_SCHEME = VersionScheme(name="generic", key=semantic_key, satisfies=satisfies)

"""Tests of vulnerabilities: states, flags, remediations, weaknesses: 6.1.6, 6.1.11, 6.1.23, 6.1.24, 6.1.29 to 6.1.36.

**Source:** CSAF 2.0 and 2.1, section 6.1; CWE.
"""

from collections import Counter, defaultdict
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.validation.problem import Path, quoted
from careen.validation.schema import schemas

from .content import AFFECTED, FIXED, Content, Found, Rule, status

_STATES = (AFFECTED, ("known_not_affected",), FIXED, ("under_investigation",), ("unknown",))
_HELPING = frozenset(("vendor_fix", "workaround", "mitigation", "fix_planned"))
_NOTHING = frozenset(("none_available", "no_fix_planned"))
_OPTIONAL = frozenset(("optional_patch",))
# A remedy for a product of these states contradicts it.
_CONTRADICTIONS = (
    (("known_not_affected",), (_HELPING | _NOTHING) - {"fix_planned"}),  # which a recommended test has
    (FIXED, _NOTHING),
    (AFFECTED, _OPTIONAL),
)


def contradicting_states(content: Content) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        counts = Counter(product for names in _STATES for product in status(vulnerability, names))
        for product, count in counts.items():
            if count > 1:
                yield ("vulnerabilities", number, "product_status"), f"{quoted(product)} has states that contradict each other"


def invalid_weakness(content: Content) -> Found:
    """Finds weaknesses whose name CWE does not have for their id. CSAF 2.0 names no version of CWE, so the name of
    any version is accepted."""
    known = schemas("csaf-lists")["cwe"]
    order = {version: place for place, version in enumerate(known["versions"])}
    for number, vulnerability in enumerate(content.vulnerabilities):
        listed: list[tuple[Path, dict[str, Any]]] = (
            [(("cwe",), mapping(vulnerability["cwe"]))] if "cwe" in vulnerability else []
        )
        listed += [(("cwes", index), mapping(entry)) for index, entry in enumerate(sequence(vulnerability.get("cwes")))]
        for path, weakness in listed:
            names = known["names"].get(text(weakness.get("id")).removeprefix("CWE-"), [])
            version = weakness.get("version")
            if version is not None:
                current = [name for since, name in names if order[since] <= order.get(version, -1)][-1:]
            else:
                current = [name for _, name in names]
            if weakness.get("name") not in filter(None, current):
                yield ("vulnerabilities", number, *path), f"{quoted(weakness.get('id'))} is not named so in CWE"


def repeated_cve(content: Content) -> Found:
    seen: Counter[str] = Counter()
    for number, vulnerability in enumerate(content.vulnerabilities):
        cve = text(vulnerability.get("cve"))
        seen[cve] += 1
        if cve and seen[cve] == 2:
            yield ("vulnerabilities", number, "cve"), f"{cve} is given more than once"


def repeated_involvement(content: Content) -> Found:
    seen: Counter[tuple[object, ...]] = Counter()
    for path, entry, number in content.each("involvements"):
        key = (number, entry.get("party"), entry.get("date"))
        seen[key] += 1
        if seen[key] == 2:
            yield path, "this party is involved twice at this date"


def remedy_without_product(content: Content) -> Found:
    yield from _without_product(content, "remediations")


def flag_without_product(content: Content) -> Found:
    yield from _without_product(content, "flags")


def _without_product(content: Content, field: str) -> Found:
    for path, entry, _ in content.each(field):
        if "product_ids" not in entry and "group_ids" not in entry:
            yield path, "the entry names no product"


def several_flags(content: Content) -> Found:
    seen: Counter[tuple[int, str]] = Counter()
    for path, flag, number in content.each("flags"):
        for product in sorted(content.members(flag)):
            seen[number, product] += 1
            if seen[number, product] == 2:
                yield path, f"{quoted(product)} has another flag"


def contradicting_remedies(content: Content) -> Found:
    for number, categories in _remedies(content).items():
        for product, kinds in categories.items():
            if (kinds & _OPTIONAL and kinds - _OPTIONAL) or (kinds & _HELPING and kinds & _NOTHING):
                path = ("vulnerabilities", number, "remediations")
                yield path, f"{quoted(product)} has remediations that contradict each other: {', '.join(sorted(kinds))}"


def remedy_against_state(content: Content) -> Found:
    for number, categories in _remedies(content).items():
        for names, refused in _CONTRADICTIONS:
            for product in sorted(status(content.vulnerabilities[number], names)):
                if found := categories.get(product, set()) & refused:
                    path = ("vulnerabilities", number, "remediations")
                    yield path, f"{', '.join(sorted(found))} contradicts the state of {quoted(product)}"


def _remedies(content: Content) -> dict[int, dict[str, set[str]]]:
    """The categories of remediation by vulnerability and product."""
    found: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for _, remedy, number in content.each("remediations"):
        for product in content.members(remedy):
            found[number][product].add(text(remedy.get("category")))
    return found


RULES = (
    Rule("6.1.6", contradicting_states),
    Rule("6.1.11", invalid_weakness),
    Rule("6.1.23", repeated_cve),
    Rule("6.1.24", repeated_involvement),
    Rule("6.1.29", remedy_without_product),
    Rule("6.1.32", flag_without_product),
    Rule("6.1.33", several_flags),
    Rule("6.1.35", contradicting_remedies, "2.1"),
    Rule("6.1.36", remedy_against_state, "2.1"),
)

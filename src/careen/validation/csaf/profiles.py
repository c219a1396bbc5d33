"""Tests of profiles, which the category of a document names: 6.1.26 and 6.1.27.

**Source:** CSAF 2.0 and 2.1, sections 4 and 6.1.
"""

from collections.abc import Callable, Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.validation.problem import quoted

from .content import AFFECTED, FIXED, Content, Found, Rule, status

INCIDENT, INFORMATION = "csaf_security_incident_response", "csaf_informational_advisory"
ADVISORY, VEX = "csaf_security_advisory", "csaf_vex"
OLD_ADVISORY, WITHDRAWN, SUPERSEDED = "csaf_deprecated_security_advisory", "csaf_withdrawn", "csaf_superseded"
PROFILES = {
    "2.0": ("csaf_base", INCIDENT, INFORMATION, ADVISORY, VEX),
    "2.1": ("csaf_base", INCIDENT, INFORMATION, ADVISORY, VEX, OLD_ADVISORY, WITHDRAWN, SUPERSEDED),
}
_ADVISORIES = (ADVISORY, VEX, OLD_ADVISORY)
_EXPLAINING = ("description", "details", "general", "summary")
_DECIDED = (*FIXED, "fixed", "known_affected", "known_not_affected", "under_investigation")


def of_profiles(*names: str) -> Callable[[Callable[[Content], Found]], Callable[[Content], Found]]:
    """Limits a test to documents with one of these profiles."""

    def wrap(find: Callable[[Content], Found]) -> Callable[[Content], Found]:
        return lambda content: find(content) if content.category in names else iter(())

    return wrap


def reserved_category(content: Content) -> Found:
    profiles = PROFILES[content.version]
    if content.category in profiles:
        return
    plain = _plain(content.category)
    reserved = {_plain(name) for name in profiles} | {
        _plain(name.removeprefix("csaf_")) for name in profiles if name != "csaf_base"
    }
    if plain in reserved or content.category.startswith("csaf_"):
        yield ("document", "category"), f"{quoted(content.category)} is reserved for a profile"


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


@of_profiles(INCIDENT, INFORMATION)
def missing_note(content: Content) -> Found:
    yield from _missing_note(content)


@of_profiles(WITHDRAWN, SUPERSEDED)
def missing_note_of_end(content: Content) -> Found:
    yield from _missing_note(content)


def _missing_note(content: Content) -> Found:
    if not any(note.get("category") in _EXPLAINING for note in _notes(content)):
        yield ("document", "notes"), f"no note has the category {' or '.join(_EXPLAINING)}"


@of_profiles(INCIDENT, INFORMATION)
def missing_reference(content: Content) -> Found:
    references = map(mapping, sequence(content.document.get("references")))
    if not any(reference.get("category") == "external" for reference in references):
        yield ("document", "references"), "no reference is external"


@of_profiles(INFORMATION, WITHDRAWN, SUPERSEDED)
def unwanted_vulnerabilities(content: Content) -> Found:
    if content.has_vulnerabilities:
        yield ("vulnerabilities",), "this profile has no vulnerabilities"


@of_profiles(*_ADVISORIES)
def missing_tree(content: Content) -> Found:
    if not content.has_tree:
        yield ("product_tree",), "the product tree is missing"


@of_profiles(*_ADVISORIES)
def missing_vulnerability_notes(content: Content) -> Found:
    yield from _missing(content, "notes")


@of_profiles(ADVISORY, OLD_ADVISORY)
def missing_status(content: Content) -> Found:
    yield from _missing(content, "product_status")


@of_profiles(VEX)
def undecided_status(content: Content) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        if not status(vulnerability, _DECIDED):
            yield ("vulnerabilities", number, "product_status"), "no product has a state of VEX"


@of_profiles(VEX)
def missing_id(content: Content) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        ids = [mapping(entry) for entry in sequence(vulnerability.get("ids"))]
        if "cve" in vulnerability:
            continue
        if not ids:
            yield ("vulnerabilities", number), "the vulnerability has neither cve nor ids"
        elif all("product_ids" in entry or "group_ids" in entry for entry in ids):
            named = {product for entry in ids for product in content.members(entry)}
            if missing := status(vulnerability, mapping(vulnerability.get("product_status"))) - named:
                yield ("vulnerabilities", number, "ids"), f"no id is of the product {quoted(min(missing))}"


@of_profiles(VEX)
def missing_impact(content: Content) -> Found:
    yield from _uncovered(content, "known_not_affected", (("flags", None), ("threats", "impact")), "impact statement")


@of_profiles(VEX)
def missing_action(content: Content) -> Found:
    yield from _uncovered(content, "known_affected", (("remediations", None),), "action statement")


def _uncovered(content: Content, state: str, lists: tuple[tuple[str, str | None], ...], what: str) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        entries = (
            mapping(entry)
            for field, category in lists
            for entry in sequence(vulnerability.get(field))
            if category in (None, mapping(entry).get("category"))
        )
        covered = {product for entry in entries for product in content.members(entry)}
        for product in sorted(status(vulnerability, (state,)) - covered):
            yield ("vulnerabilities", number, "product_status", state), f"{quoted(product)} has no {what}"


@of_profiles(*_ADVISORIES)
def missing_vulnerabilities(content: Content) -> Found:
    if not content.has_vulnerabilities:
        yield ("vulnerabilities",), "the vulnerabilities are missing"


@of_profiles(ADVISORY)
def missing_affected(content: Content) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        if not status(vulnerability, AFFECTED):
            yield ("vulnerabilities", number, "product_status"), "no product is affected"


@of_profiles(ADVISORY)
def missing_counterpart(content: Content) -> Found:
    """Yields fixed products of which no other version is affected."""
    kin = _kin(content)
    for number, vulnerability in enumerate(content.vulnerabilities):
        affected = status(vulnerability, AFFECTED)
        for product in sorted(status(vulnerability, FIXED)):
            if not affected & kin.get(product, affected):
                yield ("vulnerabilities", number, "product_status"), f"no version of {quoted(product)} is affected"


def _kin(content: Content) -> dict[str, set[str]]:
    """For each product, the products below the same branch of category ``product_name``. Products of a list without
    branches belong together."""
    below: dict[object, set[str]] = {}
    names = {path for path, branch, _ in content.branches() if branch.get("category") == "product_name"}
    for path, product in content.products:
        id = text(product.get("product_id"))
        own = next((path[:end] for end in range(len(path)) if path[:end] in names), path[:2])
        below.setdefault(own, set()).add(id)
    paths = {id for group, members in below.items() if group == ("product_tree", "product_paths") for id in members}
    return {id: members for members in below.values() for id in members if id not in paths}


@of_profiles(WITHDRAWN, SUPERSEDED)
def unwanted_tree(content: Content) -> Found:
    if content.has_tree:
        yield ("product_tree",), "this profile has no product tree"


@of_profiles(WITHDRAWN, SUPERSEDED)
def single_revision(content: Content) -> Found:
    if len(content.revisions) < 2:
        yield ("document", "tracking", "revision_history"), "the revision before this one is missing"


@of_profiles(WITHDRAWN)
def missing_withdrawal(content: Content) -> Found:
    yield from _missing_reasoning(content, "Reasoning for Withdrawal")


@of_profiles(SUPERSEDED)
def missing_supersession(content: Content) -> Found:
    yield from _missing_reasoning(content, "Reasoning for Supersession")


def _missing_reasoning(content: Content, title: str) -> Found:
    """Finds an English document without exactly one description of this title, which is defined in English only."""
    if not is_english(content):
        return
    notes = [note for note in _notes(content) if note.get("title") == title]
    if [note.get("category") for note in notes] != ["description"]:
        yield ("document", "notes"), f"one description with the title {quoted(title)} is needed"


@of_profiles(SUPERSEDED)
def missing_successor(content: Content) -> Found:
    references = map(mapping, sequence(content.document.get("references")))
    if is_english(content) and not any(
        reference.get("category") == "external" and text(reference.get("summary")).startswith("Superseding Document")
        for reference in references
    ):
        yield ("document", "references"), "no external reference has a summary that begins with 'Superseding Document'"


def is_english(content: Content) -> bool:
    return text(content.document.get("lang")).partition("-")[0].lower() in ("", "en", "i")


def _notes(content: Content) -> Iterator[dict[str, Any]]:
    return map(mapping, sequence(content.document.get("notes")))


def _missing(content: Content, field: str) -> Found:
    for number, vulnerability in enumerate(content.vulnerabilities):
        if not vulnerability.get(field):
            yield ("vulnerabilities", number), f"{quoted(field)} is missing"


RULES = (
    Rule("6.1.26", reserved_category),
    Rule("6.1.27.1", missing_note),
    Rule("6.1.27.2", missing_reference),
    Rule("6.1.27.3", unwanted_vulnerabilities),
    Rule("6.1.27.4", missing_tree),
    Rule("6.1.27.5", missing_vulnerability_notes),
    Rule("6.1.27.6", missing_status),
    Rule("6.1.27.7", undecided_status),
    Rule("6.1.27.8", missing_id),
    Rule("6.1.27.9", missing_impact),
    Rule("6.1.27.10", missing_action),
    Rule("6.1.27.11", missing_vulnerabilities),
    Rule("6.1.27.12", missing_affected, "2.1"),
    Rule("6.1.27.13", missing_counterpart, "2.1"),
    Rule("6.1.27.14", missing_note_of_end, "2.1"),
    Rule("6.1.27.15", unwanted_tree, "2.1"),
    Rule("6.1.27.16", single_revision, "2.1"),
    Rule("6.1.27.17", missing_withdrawal, "2.1"),
    Rule("6.1.27.18", missing_supersession, "2.1"),
    Rule("6.1.27.19", missing_successor, "2.1"),
)

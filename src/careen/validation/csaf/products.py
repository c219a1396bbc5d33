"""Tests of the product tree and of references to it: 6.1.1 to 6.1.5, of names, ranges and identifiers.

**Source:** CSAF 2.0 and 2.1, section 6.1; VERS.
"""

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.packages.purl import parse
from careen.safety.pattern import pattern
from careen.validation.problem import Link, Path, path_of, quoted, walk

from .content import EXTENSIONS, Content, Found, Rule

MAX_LEVELS = 30
_REFERENCES = {"product_reference", "relates_to_product_reference", "beginning_product_reference", "next_product_reference"}
_RANGE_WORDS = pattern(
    r"[<>]|\b(?:after|all|before|earlier|later|prior|through|versions?\s+(?:up|prior|before)|versions)\b|\.[x*](?![a-z0-9])", 2
)
_VERS = pattern(r"vers:[a-z][a-z0-9.+-]{0,60}/\S{1,4000}")
_COMPARED = pattern(r"(?:[<>]=?)[^\s<>=|!*]{1,500}(?:\|[<>]=?[^\s<>=|!*]{1,500}){0,100}")
_STAR = pattern(r"\\.|(\*)", 16)


def missing_product(content: Content) -> Found:
    for link, id in _product_references(content):
        if id not in content.product_ids:
            yield path_of(link), f"no product has the id {quoted(id)}"


def repeated_product(content: Content) -> Found:
    yield from _repeated(((*path, "product_id"), text(product.get("product_id"))) for path, product in content.products)


def circular_product(content: Content) -> Found:
    """Finds products that are defined by themselves, directly or through other products."""
    parts: dict[str, set[str]] = {}
    places: dict[str, Path] = {}
    for holder in ("relationships", "product_paths"):
        for number, entry in enumerate(sequence(content.tree.get(holder))):
            made = text(mapping(mapping(entry).get("full_product_name")).get("product_id"))
            parts.setdefault(made, set()).update(id for _, id in _references_in(entry))
            places[made] = ("product_tree", holder, number)
    try:
        tuple(TopologicalSorter(parts).static_order())
    except CycleError as error:
        circle = error.args[1]
        yield places[circle[0]], f"{quoted(circle[0])} is defined by itself"


def missing_group(content: Content) -> Found:
    for link, value in walk(content.whole, skipped=EXTENSIONS):
        if link and link[1] == "group_ids":
            for number, id in enumerate(sequence(value)):
                if text(id) not in content.groups:
                    yield (*path_of(link), number), f"no product group has the id {quoted(id)}"


def repeated_group(content: Content) -> Found:
    groups = enumerate(sequence(content.tree.get("product_groups")))
    yield from _repeated(
        (("product_tree", "product_groups", number, "group_id"), text(mapping(group).get("group_id")))
        for number, group in groups
    )


def invalid_purl(content: Content) -> Found:
    for path, helper in content.helpers():
        values = [((*path, "purl"), helper["purl"])] if "purl" in helper else []
        values += [((*path, "purls", number), purl) for number, purl in enumerate(sequence(helper.get("purls")))]
        for place, value in values:
            try:
                parse(text(value))
            except ValueError as error:
                yield place, f"{quoted(value)} is not a package URL: {error}"


def differing_purls(content: Content) -> Found:
    """Finds products whose package URLs differ in more than their qualifiers."""
    for path, helper in content.helpers():
        bases = {text(purl).partition("#")[0].partition("?")[0] for purl in sequence(helper.get("purls"))}
        if len(bases) > 1:
            yield (*path, "purls"), f"the package URLs name {len(bases)} packages"


def repeated_algorithm(content: Content) -> Found:
    for path, helper in content.helpers():
        for number, hashes in enumerate(sequence(helper.get("hashes"))):
            place = (*path, "hashes", number, "file_hashes")
            entries = enumerate(sequence(mapping(hashes).get("file_hashes")))
            yield from _repeated(((*place, index), text(mapping(entry).get("algorithm"))) for index, entry in entries)


def range_as_version(content: Content) -> Found:
    for path, branch, _ in content.branches():
        name = text(branch.get("name"))
        if branch.get("category") == "product_version" and _RANGE_WORDS.search(name):
            yield (*path, "name"), f"{quoted(name)} is a range, not a version"


def deep_branches(content: Content) -> Found:
    for path, _, chain in content.branches():
        if len(chain) == MAX_LEVELS + 1:
            yield path, f"more than {MAX_LEVELS} levels of branches"


def invalid_range(content: Content) -> Found:
    for path, name in _ranges(content):
        if not (_VERS.fullmatch(name) or _COMPARED.fullmatch(name)):
            yield path, f"{quoted(name)} is neither a vers: range nor versions with <, <=, > or >="


def single_version(content: Content) -> Found:
    for path, name in _ranges(content):
        constraints = name.partition("/")[2] if name.startswith("vers:") else name
        if "|" not in constraints and constraints[:1] not in ("<", ">", "!", "*"):
            yield path, f"{quoted(name)} is one version, not a range"


def stacked_categories(content: Content) -> Found:
    for path, _, chain in content.branches():
        if chain[-1] != "product_family" and chain[-1] in chain[:-1]:
            yield (*path, "category"), f"{quoted(chain[-1])} is below a branch of the same category"


def mixed_versions(content: Content) -> Found:
    kinds = {"product_version", "product_version_range"}
    for path, _, chain in content.branches():
        if chain[-1] in kinds and kinds <= set(chain):
            yield (*path, "category"), "a version and a range of versions are in one path"


def several_stars(field: str) -> Any:
    def find(content: Content) -> Found:
        for path, helper in content.helpers():
            for number, value in enumerate(sequence(helper.get(field))):
                if sum(1 for match in _STAR.finditer(text(value)) if match[1]) > 1:
                    yield (*path, field, number), f"{quoted(value)} has more than one * that is not escaped"

    return find


def wrong_digest_length(content: Content) -> Found:
    digits = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
    digits |= {f"sha3-{bits}": bits // 4 for bits in (224, 256, 384, 512)}
    for path, helper in content.helpers():
        for number, hashes in enumerate(sequence(helper.get("hashes"))):
            for index, entry in enumerate(map(mapping, sequence(mapping(hashes).get("file_hashes")))):
                expected = digits.get(text(entry.get("algorithm")))
                if expected and len(text(entry.get("value"))) != expected:
                    yield (*path, "hashes", number, "file_hashes", index), f"the value has to have {expected} characters"


def _ranges(content: Content) -> Iterator[tuple[Path, str]]:
    for path, branch, _ in content.branches():
        if branch.get("category") == "product_version_range":
            yield (*path, "name"), text(branch.get("name"))


def _product_references(content: Content) -> Iterator[tuple[Link, str]]:
    """Every mention of a product outside of its definition, with its place."""
    yield from _references_in(content.tree, (None, "product_tree"))
    for link, value in walk(content.whole, skipped=EXTENSIONS):
        if link and isinstance(value, list):
            parent, key = link
            if key in ("product_ids", "products") or (parent and parent[1] == "product_status"):
                yield from (((link, number), text(id)) for number, id in enumerate(value))


def _references_in(value: Any, link: Link = None) -> Iterator[tuple[Link, str]]:
    for place, inner in walk(value, link, EXTENSIONS):
        for key in _REFERENCES & inner.keys() if isinstance(inner, dict) else ():
            yield (place, key), text(inner[key])


def _repeated(named: Iterator[tuple[Path, str]]) -> Found:
    seen: Counter[str] = Counter()
    for path, name in named:
        seen[name] += 1
        if seen[name] == 2:
            yield path, f"{quoted(name)} is given more than once"


RULES = (
    Rule("6.1.1", missing_product),
    Rule("6.1.2", repeated_product),
    Rule("6.1.3", circular_product),
    Rule("6.1.4", missing_group),
    Rule("6.1.5", repeated_group),
    Rule("6.1.13", invalid_purl),
    Rule("6.1.25", repeated_algorithm),
    Rule("6.1.31", range_as_version),
    Rule("6.1.34", deep_branches, "2.1"),
    Rule("6.1.42", differing_purls, "2.1"),
    Rule("6.1.43", several_stars("model_numbers"), "2.1"),
    Rule("6.1.44", several_stars("serial_numbers"), "2.1"),
    Rule("6.1.50", invalid_range, "2.1"),
    Rule("6.1.57", stacked_categories, "2.1"),
    Rule("6.1.58", mixed_versions, "2.1"),
    Rule("6.1.59", single_version, "2.1"),
    Rule("6.1.61", several_stars("skus"), "2.1"),
    Rule("6.1.63", wrong_digest_length, "2.1"),
)

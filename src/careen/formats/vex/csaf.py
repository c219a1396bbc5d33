"""CSAF VEX: the product status of each vulnerability of an advisory.

Shape: ``product_tree`` names products (branches in branches, ``full_product_names``, and ``relationships``, by which a
component is part of a product) and groups of them; ``vulnerabilities[].product_status`` lists product ids by status,
``flags`` give the justification. A product is named by its package URLs, CPE, hashes and name; a branch of the category
``product_version`` gives package URLs their version. Ranges of versions are not evaluated: a product that is one
suppresses nothing.
Raises: ValueError if there are too many products, or branches nested too deep.
**Source:** CSAF 2.0, sections 3.2.2, 3.2.3 and 4.5 (profile VEX); 2.1 for ``purls``.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, sequence, text
from careen.safety.pattern import pattern

from .statements import Names, Product, Statement, VexStatus, of_version

MAX_PRODUCTS = 500_000
MAX_DEPTH = 30
_VERSION = pattern(r"v?[0-9]\S*")
_STATUS: dict[str, VexStatus] = {
    "known_not_affected": "not_affected",
    "fixed": "fixed",
    "first_fixed": "fixed",
    "recommended": "fixed",
    "known_affected": "affected",
    "first_affected": "affected",
    "last_affected": "affected",
    "under_investigation": "under_investigation",
}


def statements(document: dict[str, Any], source: str) -> Iterator[Statement]:
    about = mapping(document.get("document"))
    issued = text(mapping(about.get("tracking")).get("current_release_date"))
    author = text(mapping(about.get("publisher")).get("name"))
    tree = mapping(document.get("product_tree"))
    products, ranges = _products(tree)
    groups = {
        text(group.get("group_id")): [text(id) for id in sequence(group.get("product_ids"))]
        for group in map(mapping, sequence(tree.get("product_groups")))
    }
    for vulnerability in map(mapping, sequence(document.get("vulnerabilities"))):
        others = [text(mapping(id).get("text")) for id in sequence(vulnerability.get("ids"))]
        ids = tuple(dict.fromkeys(filter(None, (text(vulnerability.get("cve")), *others))))
        why_by_product = _why_by_product(vulnerability, groups)
        for key, listed in mapping(vulnerability.get("product_status")).items():
            status = _STATUS.get(key)
            by_why: dict[str, list[Product]] = {}
            for id in map(text, sequence(listed)):
                if id in products and not (id in ranges and status in ("not_affected", "fixed")):
                    by_why.setdefault(why_by_product.get((id, status == "not_affected"), ""), []).append(products[id])
            for why, found in by_why.items():
                if ids and status:
                    yield Statement(ids, status, tuple(found), source, why, issued, author)


def _products(tree: dict[str, Any]) -> tuple[dict[str, Product], set[str]]:
    """The products by id, and the ids of those that are ranges of versions, or parts of one."""
    ranges: set[str] = set()
    named = dict(_named(tree, ranges))
    found = {id: Product(names) for id, names in named.items()}
    for relation in map(mapping, sequence(tree.get("relationships"))):
        full = mapping(relation.get("full_product_name"))
        part, whole = text(relation.get("product_reference")), text(relation.get("relates_to_product_reference"))
        component, product = named.get(part, ()), found.get(whole)
        id = text(full.get("product_id"))
        if id and component and product:
            # A part of a part: a module's package in a module of a platform is a part of that platform.
            named[id] = component
            found[id] = Product(product.names, (component,))
            if part in ranges or whole in ranges:
                ranges.add(id)
        if len(found) > MAX_PRODUCTS:
            raise ValueError(f"more than {MAX_PRODUCTS} products")
    return found, ranges


def _named(tree: dict[str, Any], ranges: set[str]) -> Iterator[tuple[str, Names]]:
    for full in map(mapping, sequence(tree.get("full_product_names"))):
        yield text(full.get("product_id")), _names(full)
    waiting = [(mapping(branch), 1) for branch in sequence(tree.get("branches"))]
    seen = 0
    while waiting:
        branch, depth = waiting.pop()
        seen += 1
        if seen > MAX_PRODUCTS or depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_PRODUCTS} branches, or more than {MAX_DEPTH} levels of them")
        waiting += [(mapping(inner), depth + 1) for inner in sequence(branch.get("branches"))]
        if full := mapping(branch.get("product")):
            id, category = text(full.get("product_id")), text(branch.get("category"))
            if category == "product_version_range":
                ranges.add(id)
            yield id, _names(full, text(branch.get("name")) if category == "product_version" else "")


def _names(full: dict[str, Any], version: str = "") -> Names:
    helper = mapping(full.get("product_identification_helper"))
    purls = [text(helper.get("purl")), *map(text, sequence(helper.get("purls")))]
    # Some makers write the name of a package there, which may begin with a digit: "389-ds-base".
    if _VERSION.fullmatch(version) and not any(f"/{version}" in purl for purl in purls):
        purls = [of_version((purl,), version)[0] if _is_open(purl) else purl for purl in purls]
    names = [*purls, text(helper.get("cpe"))]
    for hashes in map(mapping, sequence(helper.get("hashes"))):
        names += [
            f"sha256:{text(hash.get('value'))}"
            for hash in map(mapping, sequence(hashes.get("file_hashes")))
            if text(hash.get("algorithm")).lower() == "sha256"
        ]
    return tuple(dict.fromkeys(filter(None, (*names, text(full.get("name"))))))


def _is_open(purl: str) -> bool:
    """Whether a package URL is of any version."""
    return purl.startswith("pkg:") and "@" not in purl.partition("?")[0].rpartition("/")[2]


def _why_by_product(vulnerability: dict[str, Any], groups: dict[str, list[str]]) -> dict[tuple[str, bool], str]:
    """The justification by product: the label of its flag; without a flag, the details of a threat that describes the
    impact."""
    found: dict[tuple[str, bool], str] = {}
    impacts = [threat for threat in map(mapping, sequence(vulnerability.get("threats"))) if threat.get("category") == "impact"]
    for entry, key in [
        *((flag, "label") for flag in map(mapping, sequence(vulnerability.get("flags")))),
        *((t, "details") for t in impacts),
    ]:
        ids = [text(id) for id in sequence(entry.get("product_ids"))]
        for group in map(text, sequence(entry.get("group_ids"))):
            ids += groups.get(group, ())
        for id in ids:
            found.setdefault((id, True), text(entry.get(key)))
    return found

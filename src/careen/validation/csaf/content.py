"""A CSAF document that its schema allows, in the form that the mandatory tests read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from careen.formats.data.plain import mapping, sequence, text
from careen.validation.problem import Path

Found = Iterator[tuple[Path, str]]  # place and message
MAX_BRANCHES = 60  # levels; CSAF 2.1 allows 30
MAX_MEMBERS = 5_000_000
EXTENSIONS = "x_extensions"  # CSAF does not define their content

AFFECTED = ("first_affected", "known_affected", "last_affected")
FIXED = ("first_fixed", "fixed")


class Content:
    def __init__(self, whole: Mapping[str, Any]) -> None:
        self.document = mapping(whole.get("document"))
        self.tree = mapping(whole.get("product_tree"))
        self.has_tree = "product_tree" in whole
        self.vulnerabilities = [mapping(entry) for entry in sequence(whole.get("vulnerabilities"))]
        self.has_vulnerabilities = "vulnerabilities" in whole
        self.whole = whole
        self._counted = 0

    @property
    def version(self) -> str:
        return text(self.document.get("csaf_version"))

    @property
    def category(self) -> str:
        return text(self.document.get("category"))

    @property
    def tracking(self) -> dict[str, Any]:
        return mapping(self.document.get("tracking"))

    @property
    def revisions(self) -> list[dict[str, Any]]:
        return [mapping(entry) for entry in sequence(self.tracking.get("revision_history"))]

    @property
    def is_draft(self) -> bool:
        return self.tracking.get("status") == "draft"

    def branches(self) -> Iterator[tuple[Path, dict[str, Any], tuple[str, ...]]]:
        """(place, branch, categories of its ancestors and its own, the outermost first)."""
        waiting: list[tuple[Path, dict[str, Any], tuple[str, ...]]] = [(("product_tree",), self.tree, ())]
        while waiting:
            path, holder, chain = waiting.pop()
            for number, entry in enumerate(sequence(holder.get("branches"))):
                branch = mapping(entry)
                below = ((*path, "branches", number), branch, (*chain, text(branch.get("category"))))
                if len(chain) > MAX_BRANCHES:
                    raise ValueError(f"branches are nested more than {MAX_BRANCHES} deep")
                yield below
                if "branches" in branch:
                    waiting.append(below)

    @cached_property
    def products(self) -> list[tuple[Path, dict[str, Any]]]:
        """The place and definition of every product."""
        found: list[tuple[Path, dict[str, Any]]] = []
        for number, entry in enumerate(sequence(self.tree.get("full_product_names"))):
            found.append((("product_tree", "full_product_names", number), mapping(entry)))
        for path, branch, _ in self.branches():
            if "product" in branch:
                found.append(((*path, "product"), mapping(branch["product"])))
        for holder in ("relationships", "product_paths"):
            for number, entry in enumerate(sequence(self.tree.get(holder))):
                path = ("product_tree", holder, number, "full_product_name")
                found.append((path, mapping(mapping(entry).get("full_product_name"))))
        return found

    @cached_property
    def product_ids(self) -> frozenset[str]:
        return frozenset(text(product.get("product_id")) for _, product in self.products)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The products of each group."""
        entries = [mapping(entry) for entry in sequence(self.tree.get("product_groups"))]
        return {text(entry.get("group_id")): tuple(map(text, sequence(entry.get("product_ids")))) for entry in entries}

    def members(self, entry: Mapping[str, Any]) -> set[str]:
        """The products that an entry names, directly or as members of groups."""
        found = set(map(text, sequence(entry.get("product_ids"))))
        for group in map(text, sequence(entry.get("group_ids"))):
            products = self.groups.get(group, ())
            self._counted += len(products)
            if self._counted > MAX_MEMBERS:
                raise ValueError(f"entries name more than {MAX_MEMBERS} products by groups")
            found.update(products)
        return found

    def helpers(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path, product in self.products:
            if "product_identification_helper" in product:
                yield (*path, "product_identification_helper"), mapping(product["product_identification_helper"])

    def each(self, field: str) -> Iterator[tuple[Path, dict[str, Any], int]]:
        """(place, entry, number of the vulnerability) of all entries of a list that vulnerabilities have."""
        for number, vulnerability in enumerate(self.vulnerabilities):
            for index, entry in enumerate(sequence(vulnerability.get(field))):
                yield ("vulnerabilities", number, field, index), mapping(entry), number


def status(vulnerability: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """The products with one of these states."""
    states = mapping(vulnerability.get("product_status"))
    return {text(product) for name in names for product in sequence(states.get(name))}


class Rule(Struct, frozen=True):
    """A mandatory test: ``id`` is its number in CSAF, ``since`` the version of CSAF that introduced it."""

    id: str
    find: Callable[[Content], Found]
    since: str = "2.0"

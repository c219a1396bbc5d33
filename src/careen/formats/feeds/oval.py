"""A vendor's OVAL definitions as statements about packages, from the sentences that describe their tests.

Shape: a ``definition`` with title, references, severity and dates; below ``criteria`` the products ("Oracle Linux 8 is
installed"), optionally a module ("Module nodejs:18 is enabled") and an architecture, and for each package that it "is
earlier than EVR" (a source package of Debian: "DPKG is earlier than VERSION"), that its build "NAME-VERSION-RELEASE is
installed" (SUSE's sentence for "is earlier than"), or that it "is affected" or "is not affected". A product or module applies
to all criteria below it; products in a criteria of their own apply to its neighbours.
Raises: ValueError if the file is not well-formed, or too large.  **Source:** OVAL language 5.11.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from careen.formats.data.xml_stream import Element, elements
from careen.model.advisory import Severity, Status

_PRODUCT = re.compile(r"(.*\S) is installed")
_ARCH = re.compile(r".* arch is (\S+)")
_MODULE = re.compile(r"Module (\S+) is enabled")
_EARLIER = re.compile(r"(\S+) is earlier than (\S+)")
_DEB = re.compile(r"(\S+) DPKG is earlier than (\S+)")
_NAMED = re.compile(r"(\S+) is (affected|not affected)")
_BUILD = re.compile(r"(\S+)-([^-\s]+-[^-\s]+) is installed")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "important": "high", "high": "high", "moderate": "medium", "medium": "medium", "low": "low",
}  # fmt: skip


class Tested(NamedTuple):
    product: str  # "Oracle Linux 8"
    package: str
    status: Status
    evr: str = ""
    arch: str = ""
    module: str = ""


class Definition(NamedTuple):
    title: str
    ids: dict[str, str]  # reference: its source ("ELSA", "CVE"), both as they are written
    cves: tuple[str, ...]
    severity: Severity
    issued: str
    tested: tuple[Tested, ...]


class _Scope(NamedTuple):
    products: tuple[str, ...] = ()
    arch: str = ""
    module: str = ""


def definitions(file: Path, limit_bytes: int) -> Iterator[Definition]:
    for element in elements(file, frozenset(("definition",)), limit_bytes):
        ids = {
            reference.attributes.get("ref_id", ""): reference.attributes.get("source", "")
            for reference in element.below("reference")
        }
        listed = [cve.text for cve in element.below("cve")]
        issued = element.first("metadata", "advisory", "issued")
        yield Definition(
            title=element.value("metadata", "title"),
            ids=ids,
            cves=tuple(dict.fromkeys(id for text in (*ids, *listed) for id in _CVE.findall(text))),
            severity=_SEVERITIES.get(element.value("metadata", "advisory", "severity").lower(), "unknown"),
            issued=issued.attributes.get("date", "")[:10] if issued else "",
            tested=tuple(test for child in element.children if child.name == "criteria" for test in _tested(child, _Scope())),
        )


def _tested(criteria: Element, scope: _Scope) -> Iterator[Tested]:
    comments = [child.attributes.get("comment", "") for child in criteria.children if child.name == "criterion"]
    inner = [child for child in criteria.children if child.name == "criteria"]
    products = tuple(product for text in comments if (product := _product(text)))
    products += tuple(product for child in inner for product in _products_alone(child))
    if products:
        scope = scope._replace(products=products)
    for text in comments:
        if found := _ARCH.fullmatch(text):
            scope = scope._replace(arch=found[1])
        elif found := _MODULE.fullmatch(text):
            scope = scope._replace(module=found[1])
    for text in comments:
        yield from _of(text, scope)
    for child in inner:
        yield from _tested(child, scope)


def _product(text: str) -> str:
    found = _PRODUCT.fullmatch(text)
    return found[1] if found and " " in found[1] else ""


def _products_alone(criteria: Element) -> tuple[str, ...]:
    """The products of a criteria that lists only products."""
    products = [_product(child.attributes.get("comment", "")) for child in criteria.children if child.name == "criterion"]
    alone = all(products) and all(child.name == "criterion" for child in criteria.children)
    return tuple(products) if alone else ()


def _of(text: str, scope: _Scope) -> Iterator[Tested]:
    status: Status
    if found := _EARLIER.fullmatch(text):
        package, status, evr = found[1], "fixed", _evr(found[2])
    elif found := _DEB.fullmatch(text):
        package, status, evr = found[1], "fixed", found[2]
    elif found := _NAMED.fullmatch(text):
        package, status, evr = found[1], "open" if found[2] == "affected" else "not_affected", ""
    elif found := _BUILD.fullmatch(text):
        package, status, evr = found[1], "fixed", found[2]
    else:
        return
    for product in scope.products:
        yield Tested(product, package, status, evr, scope.arch, scope.module)


def _evr(text: str) -> str:
    """The version without an epoch of 0. One generator puts the end of the package's name before it (``32:libs-9.18.34-1``)."""
    epoch, _, rest = text.rpartition(":")
    rest = "-".join(rest.split("-")[-2:])
    return f"{epoch}:{rest}" if epoch and epoch != "0" else rest

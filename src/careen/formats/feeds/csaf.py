"""A vendor's CSAF document about builds: for each vulnerability, which component of which product has which status.

Shape: ``product_tree`` names products and components in branches and puts a component into a product by relationships
(into a module of a product by two of them); ``vulnerabilities[].product_status`` lists ids by status, ``remediations`` name
their fixes and workarounds, ``threats`` the vendor's severity. A component is an rpm, named by its package URL, else by its
name (``bind-9.9.4P2-0.6.1.i586``, ``vim-9.0-33.oe2203sp3.src.rpm``), without a version if no build has a fix. Anything
that is not an rpm (container images, archives) is skipped. (``formats.vex.csaf`` reads statements about products of any
kind, which a user gives; this module reads tens of thousands of documents of a feed.)
Raises: ValueError for data that is not a CSAF document, or lists too many products.
**Source:** CSAF 2.0, sections 3.2.2 and 3.2.3; purl-spec, type rpm; Red Hat, "CSAF VEX documents: product ids and modules".
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from careen.formats.feeds import cvss
from careen.model.advisory import Cvss, PassedOver

MAX_PRODUCTS = 2_000_000
MAX_DEPTH = 30
STATUSES = frozenset((
    "first_affected", "first_fixed", "fixed", "known_affected", "known_not_affected", "last_affected", "recommended",
    "under_investigation",
))  # fmt: skip
_ARCHITECTURES = (
    "aarch64|x86_64|noarch|src|nosrc|i[3-6]86|ia64|ppc|ppc64|ppc64le|s390|s390x|armv[67]h?l|riscv64|loongarch64|sw_64"
)
_BUILD = re.compile(
    rf"(?P<name>[^:/\s]+?)-(?:(?P<epoch>\d+):)?(?P<version>\d[^-:/\s]*|[a-z]+\.?\d[^-:/\s]*)-(?P<release>(?:[a-z]{{2}})?\d[^-:/\s]*?)"
    rf"(?:\.(?P<arch>{_ARCHITECTURES}))?(?:\.rpm)?"
)
_NAME = re.compile(r"[\w.+-]{1,200}")
_STREAM = re.compile(r"([\w.+-]+):([\w.+-]+)")


class Component(NamedTuple):
    """One build of a package, or all of them. ``evr`` "": every build. ``arch`` "src": the source package. ``module``
    is "name:stream"."""

    name: str
    evr: str = ""
    arch: str = ""
    module: str = ""


class Remedy(NamedTuple):
    category: str  # vendor_fix | none_available | no_fix_planned | workaround …
    details: str = ""
    url: str = ""


class Statement(NamedTuple):
    status: str  # as the document spells it: "fixed", "known_affected"
    product: str  # its CPE, or its name without one
    component: Component
    remedies: tuple[Remedy, ...]
    severity: str


class Vulnerability(NamedTuple):
    id: str
    title: str
    severity: str  # of the whole, as the vendor spells it
    cvss: tuple[Cvss, ...]
    cwes: tuple[str, ...]
    published: str
    statements: tuple[Statement, ...]


class Document(NamedTuple):
    id: str
    title: str
    category: str
    vulnerabilities: tuple[Vulnerability, ...]


class _Helper(Struct, gc=False):
    cpe: str | None = None
    purl: str | None = None


class _Named(Struct, gc=False):
    product_id: str = ""
    name: str = ""
    product_identification_helper: _Helper | None = None


class _Branch(Struct, gc=False):
    category: str = ""
    product: _Named | None = None
    branches: "list[_Branch]" = []


class _Relationship(Struct, gc=False):
    full_product_name: _Named
    product_reference: str = ""
    relates_to_product_reference: str = ""


class _Tree(Struct, frozen=True, gc=False):
    branches: list[_Branch] = []
    full_product_names: list[_Named] = []
    relationships: list[_Relationship] = []


class _Measure(Struct, gc=False):
    category: str = ""
    details: str = ""
    url: str = ""
    product_ids: list[str] = []


class _Vector(Struct, gc=False, rename={"vector": "vectorString"}):
    vector: str = ""


class _Score(Struct, gc=False):
    cvss_v2: _Vector | None = None
    cvss_v3: _Vector | None = None
    cvss_v4: _Vector | None = None


class _Cwe(Struct, gc=False):
    id: str = ""


class _Vulnerability(Struct, gc=False):
    cve: str = ""
    title: str = ""
    cwe: _Cwe | None = None
    release_date: str = ""
    discovery_date: str = ""
    product_status: dict[str, list[str]] = {}
    remediations: list[_Measure] = []
    threats: list[_Measure] = []
    scores: list[_Score] = []


class _Severity(Struct, gc=False):
    text: str = ""


class _Tracking(Struct, gc=False):
    id: str = ""


class _About(Struct, gc=False):
    title: str = ""
    category: str = ""
    tracking: _Tracking | None = None
    aggregate_severity: _Severity | None = None


class _Document(Struct, gc=False):
    document: _About
    product_tree: _Tree = _Tree()
    vulnerabilities: list[_Vulnerability] = []


def read(data: bytes | bytearray, vendor: str) -> Document:
    """Reads a document. ``vendor`` is the source of its CVSS scores, as findings name it."""
    try:
        document = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a CSAF document: {error}") from None
    about = document.document
    builds = _builds(document.product_tree)
    vulnerabilities = tuple(_vulnerability(raw, about, builds, vendor) for raw in document.vulnerabilities if raw.cve)
    return Document(about.tracking.id if about.tracking else "", about.title, about.category, vulnerabilities)


def unknown_statuses(vulnerability: Vulnerability) -> Iterator[PassedOver]:
    """A PassedOver for each status that CSAF does not have."""
    for status in sorted({statement.status for statement in vulnerability.statements} - STATUSES):
        yield PassedOver(f"{vulnerability.id}: an unknown status {status[:40]!r}", (vulnerability.id,))


def _vulnerability(raw: _Vulnerability, about: _About, builds: dict[str, tuple[str, Component]], vendor: str) -> Vulnerability:
    remedies: dict[str, tuple[Remedy, ...]] = {}
    for measure in raw.remediations:
        remedy = Remedy(measure.category, measure.details[:200], measure.url)
        for id in measure.product_ids:
            remedies[id] = (*remedies.get(id, ()), remedy)
    impacts = [threat for threat in raw.threats if threat.category == "impact"]
    severities = {id: threat.details for threat in impacts for id in threat.product_ids}
    general = next((threat.details for threat in impacts if not threat.product_ids), "")
    general = general or (about.aggregate_severity.text if about.aggregate_severity else "")
    statements = [
        Statement(status, *builds[id], remedies.get(id, ()), severities.get(id, general))
        for status, ids in raw.product_status.items()
        for id in ids
        if id in builds
    ]
    grave = next(iter(severities.values()), general)
    cwes = (raw.cwe.id,) if raw.cwe and raw.cwe.id else ()
    published = (raw.release_date or raw.discovery_date)[:10]
    name = raw.title or about.title
    return Vulnerability(raw.cve, name, grave, _scores(raw.scores, vendor), cwes, published, tuple(statements))


def _scores(scores: list[_Score], vendor: str) -> tuple[Cvss, ...]:
    found: dict[Cvss, None] = {}
    for score in scores:
        for vector in (score.cvss_v2, score.cvss_v3, score.cvss_v4):
            if vector is None:
                continue
            found.update(dict.fromkeys(cvss.scored(vector.vector, vendor)))
    return tuple(found)


def _builds(tree: _Tree) -> dict[str, tuple[str, Component]]:
    """Maps the id of a component in a product to the product and the component."""
    products: dict[str, str] = {}
    components: dict[str, Component] = {}
    modules: dict[str, str] = {}
    for named in _named(tree):
        helper = named.product_identification_helper or _NOTHING
        products[named.product_id] = helper.cpe or named.name
        if helper.purl and helper.purl.startswith("pkg:rpmmod/"):
            modules[named.product_id] = _stream(named.product_id)
        elif component := _component(named.product_id, named.name, helper.purl or ""):
            components[named.product_id] = component
    found: dict[str, tuple[str, Component]] = {}
    inside: dict[str, tuple[str, str]] = {}  # a module in a product: the product and the stream
    waiting: list[_Relationship] = []
    for relation in tree.relationships:
        id, part = relation.full_product_name.product_id, relation.product_reference
        whole = relation.relates_to_product_reference
        if part in modules or (part not in components and _STREAM.match(part)):
            inside[id] = (products.get(whole, whole), modules.get(part) or _stream(part))
        elif whole in products and part in components:
            found[id] = (products[whole], components[part])
        else:
            waiting.append(relation)
        if len(found) > MAX_PRODUCTS:
            raise ValueError(f"more than {MAX_PRODUCTS} products")
    for relation in waiting:
        module = inside.get(relation.relates_to_product_reference)
        component = components.get(relation.product_reference)
        if module and component:
            found[relation.full_product_name.product_id] = (module[0], component._replace(module=module[1]))
    return found


def _named(tree: _Tree) -> Iterator[_Named]:
    yield from tree.full_product_names
    waiting = [(branch, 1) for branch in tree.branches]
    while waiting:
        branch, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} levels of branches")
        waiting += [(inner, depth + 1) for inner in branch.branches]
        if branch.product:
            yield branch.product


@lru_cache(maxsize=65536)
def _component(id: str, name: str, purl: str) -> Component | None:
    if purl:
        return _of_purl(id, purl)
    return named_component(name)


def named_component(name: str) -> Component | None:
    """The component of a build's name; None if it has no name of its own. ``libgtk-2_0-0`` and
    ``libdcerpc-binding0-32bit`` are names without a version."""
    found = _BUILD.fullmatch(name)
    if found and ("." in found["release"] or found["arch"]):
        epoch = found["epoch"]
        evr = f"{found['version']}-{found['release']}"
        return Component(found["name"], f"{epoch}:{evr}" if epoch and epoch != "0" else evr, found["arch"] or "")
    return Component(name) if _NAME.fullmatch(name) else None


def _of_purl(id: str, purl: str) -> Component | None:
    """Modules are in a qualifier (``rpmmod=nodejs:18:…``) or in the id: ``nodejs:18/nodejs``, ``….x86_64::nodejs:18``."""
    text, _, query = purl.partition("#")[0].partition("?")
    kind, _, path = text.removeprefix("pkg:").partition("/")
    path, _, version = path.partition("@")
    namespace, _, name = path.rpartition("/")
    if kind != "rpm" or not name or "/" in namespace:
        return None
    qualifiers = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
    epoch = qualifiers.get("epoch", "0")
    evr = unquote(version)
    module = _stream(unquote(qualifiers["rpmmod"])) if "rpmmod" in qualifiers else ""
    if not module:
        before, slash, _ = id.partition("/")
        _, colons, after = id.rpartition("::")
        module = _stream(before) if slash else _stream(after) if colons else ""
    return Component(unquote(name), f"{epoch}:{evr}" if evr and epoch != "0" else evr, qualifiers.get("arch", ""), module)


def _stream(text: str) -> str:
    """``name:stream`` at the beginning of ``name:stream:version:context``."""
    found = _STREAM.match(text)
    return f"{found[1]}:{found[2]}" if found else ""


_NOTHING = _Helper()
_DECODER = msgspec.json.Decoder(_Document)

"""NVD's JSON feed 1.1, which ended in 2023 and lives on in mirrors: its items as configurations of the CVE API 2.0.

Shape: ``{CVE_Items: [{cve: {CVE_data_meta: {ID}, problemtype, description}, publishedDate, impact: {baseMetricV3: {cvssV3:
{vectorString}}}, configurations: {nodes: [{operator, children, cpe_match: [{cpe23Uri, vulnerable, …}]}]}}]}``. The
description of a rejected or disputed record begins with a mark of that.
**Source:** NVD JSON 1.1 schema.
"""

from msgspec import Struct, field

from careen.formats.feeds.applicability import Configuration, Criterion, Node

MAX_DEPTH = 8  # of nodes in nodes; the schema's own files have two


class _Meta(Struct, gc=False, frozen=True):
    id: str = field(name="ID")


class _Text(Struct, gc=False, frozen=True):
    value: str = ""


class _Problem(Struct, gc=False, frozen=True):
    description: tuple[_Text, ...] = ()


class _Problems(Struct, gc=False, frozen=True):
    problemtype_data: tuple[_Problem, ...] = ()


class _Description(Struct, gc=False, frozen=True):
    description_data: tuple[_Text, ...] = ()


class _Cve(Struct, gc=False, frozen=True):
    meta: _Meta = field(name="CVE_data_meta")
    problemtype: _Problems = _Problems()
    description: _Description = _Description()


class _Vector(Struct, gc=False, frozen=True, rename="camel"):
    vector_string: str = ""


class _Metric(Struct, gc=False, frozen=True):
    v2: _Vector = field(name="cvssV2", default=_Vector())
    v3: _Vector = field(name="cvssV3", default=_Vector())


class _Impact(Struct, gc=False, frozen=True):
    v2: _Metric = field(name="baseMetricV2", default=_Metric())
    v3: _Metric = field(name="baseMetricV3", default=_Metric())


class _Match(Struct, gc=False, frozen=True, rename="camel"):
    cpe: str = field(name="cpe23Uri")
    vulnerable: bool = True
    version_start_including: str | None = None
    version_start_excluding: str | None = None
    version_end_including: str | None = None
    version_end_excluding: str | None = None


class _Node(Struct, gc=False, frozen=True):
    operator: str = "OR"
    negate: bool = False
    children: tuple["_Node", ...] = ()
    matches: tuple[_Match, ...] = field(name="cpe_match", default=())


class _Nodes(Struct, gc=False, frozen=True):
    nodes: tuple[_Node, ...] = ()


class Item(Struct, gc=False, frozen=True):
    cve: _Cve
    published: str = field(name="publishedDate", default="")
    impact: _Impact = _Impact()
    configurations: _Nodes = _Nodes()

    @property
    def description(self) -> str:
        return next((text.value for text in self.cve.description.description_data), "")

    @property
    def vectors(self) -> tuple[str, str]:
        return self.impact.v2.v2.vector_string, self.impact.v3.v3.vector_string

    @property
    def weaknesses(self) -> list[str]:
        return [text.value for problem in self.cve.problemtype.problemtype_data for text in problem.description]


def configurations(item: Item) -> tuple[Configuration, ...]:
    """The configurations of an item. Each top node is an alternative; the children of a node are needed together."""
    return tuple(
        Configuration(tuple(_flat(node.children, 0)) or (_plain(node),), node.operator, node.negate)
        for node in item.configurations.nodes
    )


def _flat(nodes: tuple[_Node, ...], depth: int) -> list[Node]:
    found = []
    for node in nodes if depth < MAX_DEPTH else ():
        found += [_plain(node)] if node.matches else []
        found += _flat(node.children, depth + 1)
    return found


def _plain(node: _Node) -> Node:
    return Node(tuple(map(_criterion, node.matches)), node.operator, node.negate)


def _criterion(match: _Match) -> Criterion:
    return Criterion(
        match.cpe,
        match.vulnerable,
        match.version_start_including,
        match.version_start_excluding,
        match.version_end_including,
        match.version_end_excluding,
    )

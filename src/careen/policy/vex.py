"""Finds the VEX statement that applies to a finding: the latest about its vulnerability and its package.

A statement about a product without components applies to that package (or the source it was built from), to its parts,
to the whole image, or to the packages of the whole distribution; one with components applies to these, as parts of that
product. If several statements have the same time, one that does not suppress the finding applies: a contradiction must
not hide anything.
"""

from collections import defaultdict
from collections.abc import Sequence

from careen.formats.vex.statements import Statement
from careen.log import logger
from careen.model.attached import Attached
from careen.model.finding import SuppressedBy, VexNote, Vulnerability
from careen.model.inventory import Inventory

from .about import About

log = logger(__name__)

SUPPRESSING = frozenset({"not_affected", "fixed"})


class Statements:
    def __init__(self, statements: Sequence[Statement]) -> None:
        self._by_id: dict[str, list[Statement]] = defaultdict(list)
        for statement in statements:
            for id in dict.fromkeys(id.upper() for id in statement.ids):
                self._by_id[id].append(statement)

    def about(self, finding: Vulnerability, about: About) -> Statement | None:
        """The latest statement that applies to the finding; None if none does."""
        if not self._by_id:
            return None
        ids = dict.fromkeys(id.upper() for id in (finding.id, *finding.aliases))
        named = {id(statement): statement for known in ids for statement in self._by_id.get(known, ())}
        applying = [statement for statement in named.values() if applies(statement, finding, about)]
        return max(
            applying, key=lambda statement: (moment_of(statement.issued), statement.status not in SUPPRESSING), default=None
        )


def applies(statement: Statement, finding: Vulnerability, about: About) -> bool:
    """Whether a statement about the finding's vulnerability is about the finding's package too."""
    purl = finding.package
    for product in statement.products:
        if not product.components:
            if any(_is_about_all(name, purl, about) for name in product.names):
                return True
        elif any(about.is_package(name, purl) for names in product.components for name in names) and any(
            about.is_image(name) or about.is_distribution(name) or about.is_package(name, purl) or about.contains(name, purl)
            for name in product.names
        ):
            return True
    return False


def _is_about_all(name: str, purl: str, about: About) -> bool:
    """Whether a statement about all of the product of this name is about the package."""
    if about.is_distribution(name):
        return about.is_of_distribution(purl)
    return about.is_image(name) or about.is_package(name, purl) or about.owns(name, purl)


def stated_inside(inventory: Inventory) -> tuple[Statement, ...]:
    """The statements in VEX documents inside the image, for users who trust its maker."""
    from careen.formats.vex.vex_file import read_vex

    found: list[Statement] = []
    for decision in inventory.decisions:
        if decision.kind == "vex":
            try:
                found += read_vex(decision.text.encode(), f"image:{decision.path}")
            except ValueError as error:
                log.warning("%s inside the image is not a VEX document and is skipped: %s", decision.path, error)
    return tuple(found)


def stated_beside(attached: Attached, trusted: bool) -> tuple[Statement, ...]:
    """The statements in attached VEX documents that a trusted key signed; with ``trusted``, in all attached documents."""
    from careen.formats.vex.vex_file import read_vex

    applied = (document for document in attached.vex if trusted or document.trusted)
    return tuple(statement for document in applied for statement in read_vex(document.text.encode(), document.source))


def set_aside(statement: Statement) -> SuppressedBy | None:
    """The suppression that the statement causes; None if its status does not suppress a finding."""
    if statement.status not in SUPPRESSING:
        return None
    why = statement.justification or statement.status
    return SuppressedBy("vex", statement.source, why, owner=statement.author or None, status=statement.status)


def note(statement: Statement) -> VexNote:
    return VexNote(statement.status, statement.source, statement.justification)


def moment_of(issued: str) -> float:
    """The time of a statement in seconds since 1970. A text that is not a date of RFC 3339 counts as older than every
    date.
    """
    from datetime import UTC, datetime

    try:
        # Python reads six decimals of a second; some tools write nine.
        head, dot, tail = issued.partition(".")
        digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
        text = f"{head}{dot}{digits[:6]}{tail[len(digits) :]}" if dot else issued
        when = datetime.fromisoformat(text)
    except ValueError:
        return float("-inf")
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()

"""How strict a licence is, and what a policy decides about an expression.

In a choice (``OR``) the least strict part counts, among several licences (``AND``) the strictest. An exception to a licence
(``WITH``) mostly permits linking: it makes a strong copyleft a weak one.
**Source:** the texts of the licences; categories as in the Blue Oak Council's and the FSF's lists.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from .expressions import REFERENCE, parsed

Category = Literal[
    "public-domain", "permissive", "weak-copyleft", "strong-copyleft", "network-copyleft", "source-available", "unknown"
]
CATEGORIES: tuple[Category, ...] = get_args(Category)  # from lenient to strict
Decision = Literal["allow", "ask", "deny"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
_IDS: dict[Category, str] = {
    "public-domain": """0BSD CC0-1.0 CC-PDDC MIT-0 PDDL-1.0 SAX-PD* Unlicense* WTFPL blessing LicenseRef-*ublic-?omain*
        LicenseRef-*ublicdomain*""",
    "network-copyleft": "AGPL-* CPAL-1.0 EUPL-* OSL-3.0 RPL-1.* RPSL-1.0 OpenPBS-*",
    "source-available": """BUSL-* SSPL-1.0 Elastic-2.0 PolyForm-* CC-BY-NC* CC-BY-ND* *-NC-[0-9]* *-ND-[0-9]* Parity-* JSON
        Hippocratic-* NPOSL-* FSL-* MS-LPL Aladdin UnRAR""",
    "strong-copyleft": """GPL-* CC-BY-SA-* CECILL-[12]* OSL-* Sleepycat GFDL-* QPL-* ODbL-* NGPL SimPL-2.0 CAL-1.0* OFL-*
        copyleft-next* TAPR-* LPPL-* CERN-OHL-S* Watcom-1.0""",
    "weak-copyleft": """LGPL* MPL-* EPL-* CDDL-* CPL-1.0 IPL-1.0 APSL-* CECILL-C ErlPL-* MS-RL NPL-* SPL-1.0 SISSL* Artistic-*
        ClArtistic Nokia RSCPL LPL-* CERN-OHL-W* CUA-OPL* Motosoto gSOAP-* Interbase-1.0 OCLC-2.0 YPL-* iMatix CPOL-*""",
}
_PATTERNS = tuple((category, tuple(text.split())) for category, text in _IDS.items())


def category_of(id: str) -> Category:
    """The category of one licence, which may have an exception: ``GPL-2.0-only WITH Classpath-exception-2.0``."""
    name, with_, _ = id.partition(" WITH ")
    found = next((category for category, texts in _PATTERNS if any(fnmatchcase(name, text) for text in texts)), None)
    if found is None:
        return "unknown" if name.startswith(REFERENCE) or not name else "permissive"
    return "weak-copyleft" if with_ and found == "strong-copyleft" else found


def category(expression: str) -> Category:
    """The category of an expression; ``unknown`` if the expression is empty."""
    rank = _folded(expression, lambda licence: CATEGORIES.index(category_of(licence)))
    return CATEGORIES[rank] if rank is not None else "unknown"


def decision(expression: str, lists: "dict[Decision, tuple[str, ...]]") -> Decision:
    """The decision about an expression, by lists of ids and categories. A list that contains the id takes precedence over one
    with its category; of two such lists, the stricter one counts. If there is a list of allowed licences, the decision about a
    licence in no list is ``ask``.
    """
    rank = _folded(expression, lambda licence: DECISIONS.index(_decided(licence, lists)))
    return DECISIONS[rank] if rank is not None else _decided("", lists)


def _decided(id: str, lists: "dict[Decision, tuple[str, ...]]") -> Decision:
    names = (id, id.partition(" WITH ")[0])
    for wanted in (names, (category_of(id),)):
        for decided in reversed(DECISIONS):
            if any(fnmatchcase(name, text) for name in wanted if name for text in lists.get(decided, ())):
                return decided
    return "ask" if lists.get("allow") else "allow"


def _folded(expression: str, rank: Callable[[str], int]) -> int | None:
    tree = parsed(expression)
    return _rank(tree, rank) if tree is not None else None


def _rank(node: Any, rank: Callable[[str], int]) -> int:
    operator = str(getattr(node, "operator", "") or "").strip()
    if operator in ("AND", "OR"):
        ranks = [_rank(part, rank) for part in node.args]
        return max(ranks) if operator == "AND" else min(ranks)
    return rank(str(node.render()))

"""Compliance views: a list of controls, and for each whether our checks prove that it is kept, broken, or say nothing.

Which checks prove a control is said by the checks themselves: their ``references`` name it. What no file of a tree and no
image can prove (the host, its daemon, people) is not assessed, and why is said. What an ignore rule or a comment set aside
breaks no control and is counted.
Raises: UsageError for a name that is no view.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from careen.config import nearest
from careen.errors import UsageError
from careen.model.finding import Finding, Misconfiguration, Suppressed, Vulnerability
from careen.model.report import Compliance, Control, Status
from careen.plugins import Check

from .ignores import kind_of

_FOLDER = Path(__file__).parent / "controls"
_ID = re.compile(r"\d+(?:\.\d+)+")
REASONS = {
    "host": "of the host: no file or image tells it",
    "daemon": "of the engine's daemon: no file or image tells it",
    "swarm": "of the running swarm: no file or image tells it",
    "cluster": "of the running cluster: no manifest tells it",
    "person": "for people to judge",
}
FIXABLE = "fixable vulnerability"  # a kind of findings for controls
NOTHING_TO_JUDGE = "nothing among what was looked at that could break it"


class Listed(Struct, frozen=True, forbid_unknown_fields=True):
    """A control as its list has it; ``checks`` are proofs beside those that name it, ``kinds`` of findings are proofs too."""

    id: str
    title: str
    checks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    by: str = ""  # a key of REASONS, where no check can prove it
    by_title: str = ""  # how the references of checks call it, where they do not by id


class View(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    source: str
    reference: str = ""  # how the references of checks begin that name its controls by id
    level: str = ""  # … or by title: "PSS baseline"
    control: tuple[Listed, ...] = ()
    includes: str = ""  # another view, whose controls come first


def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_view(name: str) -> View:
    known = names()
    if name not in known:
        near = nearest(name, known)
        raise UsageError(
            f"--compliance {name}: no such view", f"did you mean {near}?" if near else f"one of {', '.join(known)}"
        )
    view = msgspec.convert(tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8")), View)
    own = tuple(replace(one, by_title=f"{view.level}: {one.title}") if view.level else one for one in view.control)
    below = load_view(view.includes).control if view.includes else ()
    return replace(view, control=(*below, *own))


def proofs(view: View, checks: Iterable[Check]) -> dict[str, tuple[str, ...]]:
    """The ids of the checks that prove each control."""
    found: dict[str, set[str]] = {one.id: set(one.checks) for one in view.control}
    titled = {one.by_title: one.id for one in view.control if one.by_title}
    for check in checks:
        for reference in check.references:
            if reference in titled:
                found[titled[reference]].add(check.id)
            elif view.reference and reference.startswith(view.reference + " "):
                for id in _ID.findall(reference):
                    if id in found:
                        found[id].add(check.id)
    return {id: tuple(sorted(ids)) for id, ids in found.items()}


def compliance_of(
    view: View,
    checks: Sequence[Check],
    ran: Collection[str],
    findings: Iterable[Finding],
    suppressed: Iterable[Suppressed],
    judged: Collection[str] = (),
) -> Compliance:
    """``ran``: ids of the checks that saw a document; ``judged``: kinds of findings that were looked for."""
    broken = Counter(key for one in findings for key in _keys(one))
    aside = Counter(key for one in suppressed if one.by.kind != "severity" for key in _keys(one.finding))
    controls = []
    proven = proofs(view, checks)
    for listed in view.control:
        by = proven[listed.id]
        failed = tuple(id for id in (*by, *listed.kinds) if broken[id])
        settled = sum(aside[id] for id in (*by, *listed.kinds))
        kinds = [kind for kind in listed.kinds if kind in judged or broken[kind]]
        seen = [id for id in by if id in ran] + kinds
        whole = bool(seen) and len(kinds) == len(listed.kinds)  # a check beside it does not stand for a kind
        status: Status = "fail" if failed else "pass" if whole else "not_assessed"
        reason = ""
        if status == "not_assessed":
            reason = REASONS[listed.by] if listed.by else NOTHING_TO_JUDGE if by or listed.kinds else REASONS["person"]
        told = (*by, *listed.kinds) if status == "not_assessed" else tuple(seen)
        count = sum(broken[id] for id in failed)
        controls.append(Control(listed.id, listed.title, status, told, failed, count, settled, reason))
    return Compliance(view.name, view.title, tuple(controls))


def _keys(finding: Finding) -> tuple[str, ...]:
    """The id of a check, or the kind of what is no check's finding."""
    if isinstance(finding, Misconfiguration):
        return (finding.id,)
    if isinstance(finding, Vulnerability) and finding.fix.versions:
        return "vulnerability", FIXABLE
    return (kind_of(finding),)

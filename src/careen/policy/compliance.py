"""Compliance views: lists of controls, each of which our checks prove to pass or fail, or do not assess.

The ``references`` of checks contain the controls that they prove. What no source file and no image can prove (the host,
its daemon, people) is not assessed, with the reason. Suppressed findings fail no control and are counted.
Raises: UsageError for a name that is not a view.
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
    "host": "concerns the host, which no file or image shows",
    "daemon": "concerns the engine's daemon, which no file or image shows",
    "swarm": "concerns the running swarm, which no file or image shows",
    "cluster": "concerns the running cluster, which no manifest shows",
    "person": "needs a person to decide",
}
FIXABLE = "fixable vulnerability"  # a kind of findings for controls
NOTHING_TO_CHECK = "nothing in the scan that could violate it"


class Listed(Struct, frozen=True, forbid_unknown_fields=True):
    """A control in a list. Checks with a reference to it prove it, as do those in ``checks`` and the ``kinds`` of
    findings.
    """

    id: str
    title: str
    checks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    by: str = ""  # a key of REASONS, if no check can prove it
    by_title: str = ""  # the reference in checks, if that is not the id


class View(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    source: str
    reference: str = ""  # the prefix of references of checks to its controls, by id
    level: str = ""  # … or by title: "PSS baseline"
    control: tuple[Listed, ...] = ()
    includes: str = ""  # another view whose controls are included first


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
    own = tuple(
        replace(control, by_title=f"{view.level}: {control.title}") if view.level else control for control in view.control
    )
    below = load_view(view.includes).control if view.includes else ()
    return replace(view, control=(*below, *own))


def proofs(view: View, checks: Iterable[Check]) -> dict[str, tuple[str, ...]]:
    """The ids of the checks that prove each control."""
    found: dict[str, set[str]] = {control.id: set(control.checks) for control in view.control}
    titled = {control.by_title: control.id for control in view.control if control.by_title}
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
    looked_for: Collection[str] = (),
) -> Compliance:
    """The result of a view. ``ran``: ids of the checks that saw a document. ``looked_for``: kinds of findings that were
    searched.
    """
    broken = Counter(key for finding in findings for key in _keys(finding))
    hidden = Counter(key for entry in suppressed if entry.by.kind != "severity" for key in _keys(entry.finding))
    controls = []
    proven = proofs(view, checks)
    for listed in view.control:
        by = proven[listed.id]
        failed = tuple(id for id in (*by, *listed.kinds) if broken[id])
        settled = sum(hidden[id] for id in (*by, *listed.kinds))
        kinds = [kind for kind in listed.kinds if kind in looked_for or broken[kind]]
        seen = [id for id in by if id in ran] + kinds
        whole = bool(seen) and len(kinds) == len(listed.kinds)  # a check cannot replace a kind of findings
        status: Status = "fail" if failed else "pass" if whole else "not_assessed"
        reason = ""
        if status == "not_assessed":
            reason = REASONS[listed.by] if listed.by else NOTHING_TO_CHECK if by or listed.kinds else REASONS["person"]
        shown = (*by, *listed.kinds) if status == "not_assessed" else tuple(seen)
        count = sum(broken[id] for id in failed)
        controls.append(Control(listed.id, listed.title, status, shown, failed, count, settled, reason))
    return Compliance(view.name, view.title, tuple(controls))


def _keys(finding: Finding) -> tuple[str, ...]:
    """The id of the check, or the kind of a finding without one."""
    if isinstance(finding, Misconfiguration):
        return (finding.id,)
    if isinstance(finding, Vulnerability) and finding.fix.versions:
        return "vulnerability", FIXABLE
    return (kind_of(finding),)

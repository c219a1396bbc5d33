"""Judges source files by the settings: the faults in them, and the vulnerabilities that their build will bring."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from careen.app.lessons import Learnt, Lessons
from careen.app.session import Session
from careen.app.wiring import policy_of
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import InputError, UsageError
from careen.model.advisory import SEVERITIES, Severity
from careen.model.inventory import Inventory
from careen.model.report import Report
from careen.plugins import Check, Progress, load, silent

if TYPE_CHECKING:
    from careen.check import Tuning


def check(paths: Sequence[str], settings: Settings, progress: Progress = silent) -> Report:
    """The faults of source files, and the vulnerabilities that their build will bring."""
    from careen.check import check_files, report_of_files
    from careen.checks.files import find_files
    from careen.checks.kinds import Kind, Rules
    from careen.matching.match import Matched, match

    def checks_of(kind: Kind) -> tuple[Check, ...]:
        if "config" not in settings.scanners:
            return ()
        return tuple(one for folder in kind.folders for one in load(folder, "CHECK", Check))

    policy = policy_of(settings)
    found = find_files(paths)
    checked = check_files(found.files, checks_of, Rules(settings.allowed_registries), _tuning(settings))
    if not checked.files and not found.unknowns:
        raise InputError(
            f"nothing to check in {', '.join(paths)}", "Dockerfiles, Compose files and Kubernetes manifests are looked for"
        )
    with Session(settings) as session, ExitStack() as opened:

        def judge(inventory: Inventory) -> tuple[Knowledge | None, Matched]:
            lessons = Lessons(settings, session.ecosystems, progress, Learnt())
            knowledge = lessons.learn(inventory, opened)
            if knowledge is None:
                return None, Matched((), ())
            return knowledge, match(inventory, knowledge, session.schemes, session.ecosystems, datetime.now(UTC).date())

        wanted = judge if "vuln" in settings.scanners else None
        return report_of_files(", ".join(paths), checked, found.unknowns, policy, wanted)


def _tuning(settings: Settings) -> "Tuning":
    """Raises UsageError for what is no id of a check or no severity."""
    from careen.check import Tuning
    from careen.config import nearest

    severities: dict[str, Severity] = {}
    for text in settings.check_severity:
        id, equals, word = text.partition("=")
        severity = next((one for one in SEVERITIES if one == word), None)
        if not equals or severity is None:
            near = nearest(word, SEVERITIES)
            hint = f"did you mean {id}={near}?" if near else f"ID=SEVERITY, one of {', '.join(SEVERITIES)}"
            raise UsageError(f"check_severity: {text!r} names no severity", hint)
        severities[id] = severity
    for id in (*settings.checks_off, *settings.checks_on, *severities):
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2}-\d{3}", id):
            raise UsageError(f"{id!r} is no id of a check", "ids look like DKR-021; docs/reference lists them")
    return Tuning(frozenset(settings.checks_off), frozenset(settings.checks_on), severities)

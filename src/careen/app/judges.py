"""Which checks run, by the settings: Careen's, the user's own, and those that a compliance view asks for."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.config import Settings, nearest
from careen.errors import UsageError
from careen.model.advisory import SEVERITIES, Severity
from careen.model.report import Report
from careen.plugins import Check, load

if TYPE_CHECKING:
    from careen.checks.tuning import Tuning
    from careen.checks.user_checks import UserChecks
    from careen.policy.compliance import View


class Judges:
    """Modules are loaded when they are asked for; what the settings say wrongly is told at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.tuning = self._tuning()
        self.own = self._own()

    def of(self, folders: Sequence[str]) -> tuple[Check, ...]:
        """The checks of some folders, and the user's own for the documents of the first; off ones too."""
        if "config" not in self._settings.scanners or not folders:
            return ()
        found = [one for folder in folders for one in load(f"careen.checks.{folder}", "CHECK", Check)]
        found += self.own.of(folders[0]) if self.own else ()
        if repeated := [id for id, count in Counter(check.id for check in found).items() if count > 1]:
            raise UsageError(f"{repeated[0]} is the id of two checks", "give a check of your own another id")
        return tuple(found)

    def running(self, folders: Sequence[str]) -> tuple[Check, ...]:
        """Those that run, with the severity that they have here."""
        from careen.checks.tuning import tuned

        return tuned(self.of(folders), self.tuning)

    def with_compliance(self, report: Report, ran: Collection[str], judged: Collection[str] = ()) -> Report:
        """With the answer of the compliance view that was asked for; ``ran`` and ``judged`` as there."""
        if self._view is None:
            return report
        from careen.policy.compliance import compliance_of

        broken = {one.cataloger.removeprefix("check ") for one in report.unknowns}
        found = compliance_of(self._view, self._all, set(ran) - broken, report.findings, report.suppressed, judged)
        return replace(report, compliance=found)

    @cached_property
    def _view(self) -> "View | None":
        if self._settings.compliance is None:
            return None
        from careen.policy.compliance import load_view

        return load_view(self._settings.compliance)

    @cached_property
    def _all(self) -> tuple[Check, ...]:
        from careen.checks.kinds import KINDS

        folders = sorted({folder for kind in KINDS for folder in kind.folders})
        return tuple(one for folder in folders for one in load(f"careen.checks.{folder}", "CHECK", Check))

    @cached_property
    def pss_minor(self) -> int:
        """Of the version of the Pod Security Standards."""
        from careen.formats.kubernetes.manifest_files import LATEST_MINOR

        match = re.fullmatch(r"v?1\.(\d{1,2})", self._settings.pss_version.lower())
        if match is None or int(match[1]) > LATEST_MINOR:
            raise UsageError(
                f"pss_version: {self._settings.pss_version!r} is no version whose standards are known",
                f"1.0 to 1.{LATEST_MINOR}",
            )
        return int(match[1])

    def _known(self, *ids: str) -> None:
        """Raises UsageError where there is no such check of ours: it would run although somebody thinks it is off."""
        ours = {one.id for one in self._all} if ids else set()
        prefixes = {id.partition("-")[0] for id in ours}
        for id in ids:
            if id not in ours and id.partition("-")[0] in prefixes:
                near = nearest(id, ours)
                raise UsageError(f"there is no check {id}", f"did you mean {near}?" if near else "docs/reference lists them")

    def _own(self) -> "UserChecks | None":
        if not self._settings.checks:
            return None
        from careen.checks.user_checks import load_user_checks

        return load_user_checks(self._settings.checks)

    def _tuning(self) -> "Tuning":
        """Raises UsageError for what is no id of a check, no severity, or no view."""
        from careen.checks.tuning import ID, Tuning

        settings = self._settings
        severities: dict[str, Severity] = {}
        for text in settings.check_severity:
            id, equals, word = text.partition("=")
            severity = next((one for one in SEVERITIES if one == word.lower()), None)
            if not equals or severity is None:
                near = nearest(word, SEVERITIES)
                hint = f"did you mean {id}={near}?" if near else f"ID=SEVERITY, one of {', '.join(SEVERITIES)}"
                raise UsageError(f"check_severity: {text!r} names no severity", hint)
            severities[id] = severity
        for id in (*settings.checks_off, *settings.checks_on, *severities):
            if not ID.fullmatch(id):
                raise UsageError(f"{id!r} is no id of a check", "ids look like DKR-021; docs/reference lists them")
        self._known(*settings.checks_off, *settings.checks_on, *severities)
        on = set(settings.checks_on)
        if self._view is not None:
            from careen.policy.compliance import proofs

            on |= {id for ids in proofs(self._view, self._all).values() for id in ids}
        return Tuning(frozenset(settings.checks_off), frozenset(on), severities)

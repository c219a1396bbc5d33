"""Selects the checks that run: Careen's, the user's own, and those that a compliance view needs, by the settings."""

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
    from careen.checks.kind import Rules
    from careen.checks.tuning import Tuning
    from careen.checks.user_checks import UserChecks
    from careen.policy.compliance import View


class CheckSelection:
    """The selected checks; their modules are loaded on first use. Raises UsageError at once for invalid settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tuning = self._tuning_of_settings()
        self._own = self._load_own()

    def of(self, folders: Sequence[str]) -> tuple[Check, ...]:
        """The checks in these folders that are not switched off, with the severity in the settings; and the user's own checks
        for documents of the first folder.
        """
        from careen.checks.tuning import tuned

        return tuned(self._available(folders), self._tuning)

    def _available(self, folders: Sequence[str]) -> tuple[Check, ...]:
        """The checks in these folders, including those that are switched off."""
        if "config" not in self._settings.scanners or not folders:
            return ()
        found = [check for folder in folders for check in load(f"careen.checks.{folder}", "CHECK", Check)]
        found += self._own.of(folders[0]) if self._own else ()
        if repeated := [id for id, count in Counter(check.id for check in found).items() if count > 1]:
            raise UsageError(f"{repeated[0]} is the id of two checks", "give a check of your own another id")
        return tuple(found)

    def with_compliance(self, report: Report, ran: Collection[str], assessed: Collection[str] = ()) -> Report:
        """The report, with the result of the compliance view that the user chose. ``ran``: ids of checks that ran.
        ``assessed``: kinds of findings that were searched.
        """
        if self._view is None:
            return report
        from careen.policy.compliance import compliance_of

        broken = {unknown.cataloger.removeprefix("check ") for unknown in report.unknowns}
        found = compliance_of(self._view, self._all, set(ran) - broken, report.findings, report.suppressed, assessed)
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
        return tuple(check for folder in folders for check in load(f"careen.checks.{folder}", "CHECK", Check))

    @cached_property
    def rules(self) -> "Rules":
        """The rules for files, from the settings."""
        from careen.checks.kind import Rules

        return Rules(self._settings.allowed_registries, self._settings.allowed_images, self._pss_minor())

    def _pss_minor(self) -> int:
        """The minor version of Kubernetes whose Pod Security Standards apply. Raises UsageError."""
        from careen.formats.kubernetes.manifest_files import LATEST_MINOR

        match = re.fullmatch(r"v?1\.(\d{1,2})", self._settings.pss_version.lower())
        if match is None or int(match[1]) > LATEST_MINOR:
            raise UsageError(
                f"pss_version: the standards of {self._settings.pss_version!r} are unknown",
                f"1.0 to 1.{LATEST_MINOR} are known",
            )
        return int(match[1])

    def _refuse_unknown(self, *ids: str) -> None:
        """Raises UsageError for an unknown id: otherwise a check that the user meant to switch off would run."""
        ours = {check.id for check in self._all} if ids else set()
        prefixes = {id.partition("-")[0] for id in ours}
        for id in ids:
            if id not in ours and id.partition("-")[0] in prefixes:
                near = nearest(id, ours)
                raise UsageError(f"there is no check {id}", f"did you mean {near}?" if near else "docs/reference lists them")

    def _load_own(self) -> "UserChecks | None":
        if not self._settings.checks:
            return None
        from careen.checks.user_checks import load_user_checks

        return load_user_checks(self._settings.checks)

    def _tuning_of_settings(self) -> "Tuning":
        """The changes of checks in the settings. Raises UsageError for an id, a severity or a view that does not exist."""
        from careen.checks.tuning import ID, Tuning

        settings = self._settings
        severities: dict[str, Severity] = {}
        for text in settings.check_severity:
            id, equals, word = text.partition("=")
            severity = next((severity for severity in SEVERITIES if severity == word.lower()), None)
            if not equals or severity is None:
                near = nearest(word, SEVERITIES)
                hint = f"did you mean {id}={near}?" if near else f"ID=SEVERITY, one of {', '.join(SEVERITIES)}"
                raise UsageError(f"check_severity: {text!r} names no severity", hint)
            severities[id] = severity
        for id in (*settings.checks_off, *settings.checks_on, *severities):
            if not ID.fullmatch(id):
                raise UsageError(f"{id!r} is not the id of a check", "ids look like DKR-021; docs/reference lists them")
        self._refuse_unknown(*settings.checks_off, *settings.checks_on, *severities)
        on = set(settings.checks_on)
        if self._view is not None:
            from careen.policy.compliance import proofs

            on |= {id for ids in proofs(self._view, self._all).values() for id in ids}
        return Tuning(frozenset(settings.checks_off), frozenset(on), severities)

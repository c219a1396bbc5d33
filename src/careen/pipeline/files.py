"""The check of source files on one page: from source files to a Report. Nothing is built or rendered.

    sort    checks/kinds       files                    → files of each kind; others are skipped
    read    checks/kinds       files of a kind          → documents
    check   checks/            each document            → misconfigurations
    predict predict/           Dockerfiles              → packages that the build will install
    search  secrets/           the files' text          → secrets
    match   matching/          packages with a version  → vulnerabilities, on the line that installs them
    assess  policy/            findings, coverage       → what is suppressed, and the verdict

``check_files`` and ``with_secrets`` do the steps up to search, ``report_of_files`` the rest. URLs in a file are
contacted only if the user allows that: ``Prediction`` has the functions for it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from careen.checks.applied_manifests import applied_manifests
from careen.checks.kind import Document, Kind, Rules, SourceFile
from careen.checks.kinds import KINDS, in_build_configurations, inlined, kind_named, kind_of
from careen.checks.kustomize import Kustomized, at_origins
from careen.checks.run import Ignore, Outcome, Seen, joined, located, run
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.packages.python_requirement import normal
from careen.formats.services import compose
from careen.formats.services.container_inspect import Running
from careen.matching.coverage import coverage, sources_of, unreadable
from careen.matching.match import Matched
from careen.model.finding import ExposedSecret, Finding
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.model.report import Coverage, Report
from careen.plugins import Check, Place
from careen.policy.policy import assess
from careen.predict.declared import Predicted, predicted
from careen.predict.locked import Locked
from careen.predict.resolve import Ask, with_heads
from careen.predict.today import OffersOf, with_versions
from careen.predict.unpredictable import unpredictable

from .assessment import Assessment
from .predictions import on_their_lines, reasons_for

ChecksOf = Callable[[Kind], Sequence[Check]]  # the checks of a kind that run; called only if there is a file of that kind


class Prediction(Struct, frozen=True):
    """How to find packages that a build will install, besides those with a version in the Dockerfile. ``wanted`` False:
    none are searched.
    """

    ask: Ask | None = None  # reads the head of a package at a URL
    lock: Callable[[Dockerfile], Locked] | None = None  # reads the lock files of the build context
    offers_of: OffersOf | None = None  # reads which packages the repositories of a base image offer
    wanted: bool = True


class CheckedFiles(Struct, frozen=True):
    outcome: Outcome
    predicted: tuple[Predicted, ...]
    files: int  # number of files of a kind that is checked
    unread: tuple[str, ...] = ()  # lock files and requirements that a build reads, and that could not be read
    secrets: tuple[ExposedSecret, ...] = ()
    ignores: tuple[Ignore, ...] = ()  # comments that suppress findings

    def pinned(self) -> list[Predicted]:
        """The packages whose version is known before the build."""
        return [package for package in self.predicted if package.pinned]


def check_files(
    files: Sequence[SourceFile], checks_of: ChecksOf, rules: Rules, prediction: Prediction | None = None
) -> CheckedFiles:
    rules = replace(rules, texts={file.path: file.text for file in files})
    prediction = prediction or Prediction()
    by_kind, unknowns = _sorted(files, rules.texts)
    count = len({file.path for members in by_kind.values() for file in members})
    within = [dockerfile for file in by_kind.get("compose", ()) for dockerfile in inlined(file)]
    within += [dockerfile for file in by_kind.get("kubernetes", ()) for dockerfile in in_build_configurations(file)]
    by_kind["dockerfile"] = [*by_kind.get("dockerfile", ()), *within]
    outcomes: list[Outcome] = []
    installs: list[Predicted] = []
    unread: list[str] = []
    ignores: list[Ignore] = []
    for kind in KINDS:
        members = by_kind.get(kind.name)
        if not members:
            continue
        checks, seen = [check for check in checks_of(kind) if kind.inspects(check.id)], Seen()
        reported: set[tuple[str, Place]] = set()
        for document in kind.read(members, checks, rules):
            if not isinstance(document, Document):
                unknowns.append(document)
                continue
            value = document.value
            if kind.installs and prediction.wanted:
                value = with_heads(value, prediction.ask) if prediction.ask else value
                found = _installed(value, prediction)
                installs += found.predicted
                unread += found.open
            inspecting = checks if not document.kind else checks_of(kind_named(document.kind))
            reported = reported if document.again else set()
            outcomes.append(run(inspecting, value, document.path, document.ignores, seen, document.open, reported))
            ignores += document.ignores
    if not outcomes:  # nothing was checked, as if the user had named each of these files
        unknowns = [replace(unknown, whole_layer=True) for unknown in unknowns]
    outcome = joined([*outcomes, Outcome(unknowns=tuple(unknowns))])
    return CheckedFiles(outcome, tuple(installs), count, tuple(unread), ignores=tuple(ignores))


def check_running(
    engine: str,
    containers: Sequence[Running],
    service_checks: Sequence[Check],
    container_checks: Sequence[Check],
    rules: Rules,
) -> CheckedFiles:
    """Checks running containers with the checks for Compose, and with those that compare a container with its image."""
    project = compose.of_containers(engine, [container.service for container in containers])
    project.registries = rules.registries
    outcomes = (run(service_checks, project, engine), run(container_checks, containers, engine))
    return CheckedFiles(joined(outcomes), (), len(containers))


def at_source_lines(checked: CheckedFiles, lines: Mapping[str, Sequence[int | None]]) -> CheckedFiles:
    """Moves findings in rendered files to their source lines. ``lines`` maps each path and line to the source line."""
    if not lines:
        return checked
    return replace(checked, outcome=located(checked.outcome, lines))


def with_origins(checked: CheckedFiles, kustomized: Kustomized) -> CheckedFiles:
    """Moves findings in objects that kustomizations build to where these are written; their files are checked files."""
    if not kustomized.origins:
        return checked
    return replace(
        checked,
        outcome=at_origins(checked.outcome, kustomized),
        files=checked.files - len(kustomized.origins) + len(kustomized.replaced),
        ignores=(*checked.ignores, *kustomized.ignores),
    )


def pinned_inventory(checked: CheckedFiles) -> Inventory:
    """The packages to match: those with a version."""
    return Inventory(None, tuple(package.package for package in checked.pinned()), checked.outcome.unknowns, checked.files)


def report_of_files(
    reference: str,
    checked: CheckedFiles,
    unknowns: Sequence[Unknown],
    by: Assessment,
    now: datetime | None = None,
    kind: str = "files",
) -> Report:
    """The report about files. ``unknowns`` come from the search for files. ``kind``: files or containers."""
    now = now or datetime.now(UTC)
    today = now.date()
    all_unknowns = (*unknowns, *checked.outcome.unknowns)
    covered = Coverage("assessed", (), checked.files, 0).with_reasons(*unreadable(all_unknowns))
    knowledge, matched = None, Matched((), ())
    if by.vulnerabilities:
        if checked.pinned():
            installed = replace(pinned_inventory(checked), unknowns=all_unknowns)
            unfetched: tuple[str, ...] = ()
            if by.matcher is not None:
                knowledge = by.matcher.knowledge
                matched, unfetched = by.matcher.matched(installed, by.policy, today)
            covered = coverage(installed, knowledge, matched, all_unknowns, today, by.max_age_days, unfetched)
        covered = covered.with_reasons(*reasons_for(checked.predicted, checked.unread))
    vulnerabilities = on_their_lines(matched.findings, checked.pinned())
    findings: list[Finding] = [*vulnerabilities, *checked.outcome.findings, *checked.secrets]
    sources = sources_of(knowledge) if by.vulnerabilities else None
    assessed = assess(findings, covered, all_unknowns, by.policy, today, sources=sources)
    return Report(
        created=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=Image(reference, kind, "", None, ImageConfig(), ()),
        inventory=Inventory(None, tuple(package.package for package in checked.predicted), all_unknowns, checked.files),
        findings=assessed.findings,
        suppressed=(*assessed.suppressed, *checked.outcome.suppressed),
        unknowns=all_unknowns,
        coverage=assessed.coverage,
        verdict=assessed.verdict,
        database=knowledge.info if knowledge else None,
    )


def _sorted(files: Sequence[SourceFile], texts: Mapping[str, str]) -> tuple[dict[str, list[SourceFile]], list[Unknown]]:
    """Files by the name of their kind, and an unknown for each file that the user named and that has no kind."""
    by_kind: dict[str, list[SourceFile]] = {}
    unknowns: list[Unknown] = []
    shared: set[str] = set()  # paths of pods that several files may name
    for file in files:
        kind = kind_of(file.path, file.text)
        within = [other for other in applied_manifests(file, texts) if other.path == file.path or other.path not in shared]
        shared.update(other.path for other in within if other.path != file.path)
        if kind is not None:
            by_kind.setdefault(kind.name, []).append(file)
        if within:
            by_kind.setdefault("kubernetes", []).extend(within)
        elif kind is None and file.named:
            unknowns.append(Unknown("files", Evidence(file.path, 0), "not a kind of file that is checked (docs/checking.md)"))
    return by_kind, unknowns


def _installed(document: Dockerfile, prediction: Prediction) -> Locked:
    """The packages that the build will install: with its own commands, those of scripts that it copies, and from the lock
    files that it copies."""
    by_files = prediction.lock(document) if prediction.lock is not None else Locked((), ())
    document = by_files.followed or document
    found = predicted(document)
    installs = with_versions(document, found, prediction.offers_of) if prediction.offers_of else found
    pinned = {(other.package.type, normal(other.package.name), other.line) for other in by_files.predicted if other.pinned}
    installs = tuple(
        install
        for install in installs
        if install.pinned or (install.package.type, normal(install.package.name), install.line) not in pinned
    )
    return Locked((*installs, *by_files.predicted), (*unpredictable(document), *by_files.open))

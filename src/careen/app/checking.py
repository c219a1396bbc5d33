"""Checks source files and running containers with the settings."""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.app.advisory_refresh import AdvisoryRefresh, RefreshState, missing_scores
from careen.app.check_selection import CheckSelection
from careen.app.opening import open_context
from careen.app.session import Session
from careen.app.wiring import max_age_days, policy_of
from careen.config import Settings
from careen.errors import InputError, NothingToCheckError, UsageError
from careen.formats.dockerfile.file_names import of_containers
from careen.model.report import Report
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.checks.files import Found
    from careen.checks.helm import ChartValues
    from careen.checks.kind import SourceFile
    from careen.clusters.access import Access
    from careen.pipeline.assessment import Matcher
    from careen.pipeline.files import CheckedFiles


def check(paths: Sequence[str], settings: Settings, progress: Progress = silent, commands: Sequence[str] = ()) -> Report:
    """The misconfigurations and secrets of source files, and the vulnerabilities that their build will install.
    ``commands`` are command lines that start containers; they are checked like files.
    """
    from careen.checks.files import find_files

    def find() -> "Found":
        found = find_files(paths, settings.exclude)
        return replace(found, files=(*_as_files(commands), *found.files))

    return _report_of(", ".join(paths or ["--run"]), find, settings, progress)


def is_checked(reference: str) -> bool:
    """Whether a reference is a Dockerfile or a Compose file, which ``check`` reads: no image has packages of these."""
    return bool(of_containers([reference])) and Path(reference).is_file()


def check_cluster(access: "Access", namespaces: Sequence[str], settings: Settings, progress: Progress = silent) -> Report:
    """The misconfigurations of the objects in a Kubernetes cluster; with ``namespaces``, only in these."""
    return _report_of(f"cluster {access.name}", lambda: objects_of(access, namespaces, settings), settings, progress)


def objects_of(access: "Access", namespaces: Sequence[str], settings: Settings) -> "Found":
    """The objects of a cluster as files."""
    from careen.clusters.client import connected
    from careen.clusters.objects import source_files

    with connected(access, settings.timeout_s) as client:
        found = source_files(client, tuple(namespaces))
    if not found.files and found.unknowns:
        raise InputError(f"no object of the cluster {access.name} can be read", found.unknowns[0].reason)
    return found


def _report_of(name: str, find: "Callable[[], Found]", settings: Settings, progress: Progress) -> Report:
    """The report about files. ``find`` reads them, after the settings were checked."""
    from careen.checks.helm import with_charts
    from careen.checks.kustomize import with_kustomizations
    from careen.pipeline.assessment import Assessment
    from careen.pipeline.file_secrets import with_secrets
    from careen.pipeline.files import at_source_lines, check_files, report_of_files, with_origins
    from careen.policy.rego import load_policies, with_policies

    from .predicting import prediction_of

    selection = CheckSelection(settings)
    policies = load_policies(settings.policy)
    policy = policy_of(settings, checking=True)
    values = _chart_values(settings, selection.rules.pss_minor)
    found = find()
    files = found.files
    charts = with_charts(files, values, found.packed)
    kustomized = with_kustomizations(charts.files, values.minor)
    unknowns = (*found.unknowns, *charts.unknowns, *kustomized.unknowns)
    rules = selection.rules
    with ExitStack() as opened:
        prediction = prediction_of(settings, opened, progress)
        checked = check_files(kustomized.files, lambda kind: selection.of(kind.folders), rules, prediction)
    checked = with_origins(at_source_lines(checked, charts.lines), kustomized)
    if "secret" in settings.scanners:
        checked = with_secrets(checked, files)
    if not checked.files and not unknowns:
        raise NothingToCheckError(
            f"nothing to check in {name}",
            "Dockerfiles, Kubernetes manifests, Compose files, Terraform and other files that start containers are checked",
        )
    with Session(settings) as session, ExitStack() as opened:
        matcher = _matcher(checked, session, settings, opened, progress)
        assessment = Assessment(
            policy=policy,
            matcher=matcher,
            scanners=frozenset(settings.scanners),
            max_age_days=max_age_days(settings),
        )
        report = report_of_files(name, checked, unknowns, assessment)
        ran = checked.outcome.ran
        report = selection.with_compliance(report, ran, _assessed(ran, settings, selection))
        report = session.with_plan(report, matcher.knowledge) if matcher else report
        return with_policies(report, policies)


def check_running(engine: str | None, settings: Settings, progress: Progress = silent) -> Report:
    """The misconfigurations of running containers, and how they differ from their images. ``engine`` None: any engine."""
    from careen.images.containers import containers
    from careen.pipeline.assessment import Assessment
    from careen.pipeline.files import check_running, report_of_files
    from careen.policy.rego import load_policies, with_policies

    selection = CheckSelection(settings)
    policies = load_policies(settings.policy)
    policy = policy_of(settings, checking=True)
    found = containers(engine, open_context(settings, progress))
    service_checks, container_checks = selection.of(("compose",)), selection.of(("running",))
    checked = check_running(found.engine, found.running, service_checks, container_checks, selection.rules)
    assessment = Assessment(policy=policy, scanners=frozenset(("config",)))
    report = report_of_files(f"containers of {found.engine}", checked, found.unknowns, assessment, kind="containers")
    return with_policies(selection.with_compliance(report, checked.outcome.ran), policies)


def _chart_values(settings: Settings, minor: int) -> "ChartValues":
    """The values for charts from the settings. Raises UsageError for a file or setting that cannot be read."""
    from careen.charts.values import user_values
    from careen.checks.helm import MAX_VALUES_BYTES, ChartValues

    texts = []
    for path in settings.helm_values:
        try:
            if path.stat().st_size > MAX_VALUES_BYTES:
                raise UsageError(f"--helm-values {path} is over {MAX_VALUES_BYTES >> 20} MiB")
            texts.append(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"--helm-values {path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        if texts or settings.helm_set:
            user_values(texts, settings.helm_set)
    except ValueError as error:
        raise UsageError(f"the values for charts cannot be read: {error}", "--helm-set image.tag=1.2") from None
    return ChartValues(tuple(texts), settings.helm_set, minor)


def _as_files(commands: Sequence[str]) -> "list[SourceFile]":
    from careen.checks.kind import SourceFile
    from careen.checks.start_kinds import COMMAND_LINE

    names = (COMMAND_LINE if number == 1 else f"{COMMAND_LINE} {number}" for number in range(1, len(commands) + 1))
    return [SourceFile(name, command, named=True) for name, command in zip(names, commands, strict=True)]


def _matcher(
    checked: "CheckedFiles", session: Session, settings: Settings, opened: ExitStack, progress: Progress
) -> "Matcher | None":
    """The matcher for packages that the files install in a known version; None if there are none."""
    from careen.pipeline.assessment import Matcher
    from careen.pipeline.files import pinned_inventory

    if "vuln" not in settings.scanners or not checked.pinned():
        return None
    refresh = AdvisoryRefresh(settings, session.ecosystems, progress, RefreshState())
    knowledge = refresh.knowledge_for(pinned_inventory(checked), opened)
    if knowledge is None:
        return None
    return Matcher(knowledge, session.schemes, session.ecosystems, partial(missing_scores, knowledge, settings))


def _assessed(ran: Collection[str], settings: Settings, selection: CheckSelection) -> set[str]:
    """The kinds of findings, besides checks, that count for controls about Dockerfiles; empty if no Dockerfile was
    checked.
    """
    if settings.compliance is None or not any(check.id in ran for check in selection.of(("dockerfile",))):
        return set()
    return {"secret"} & set(settings.scanners)

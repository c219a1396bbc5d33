"""Judges source files by the settings: the faults in them, and the vulnerabilities that their build will bring."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from careen.app.judges import Judges
from careen.app.lessons import Learnt, Lessons, missing_scores
from careen.app.opening import open_context
from careen.app.session import Session
from careen.app.wiring import max_age_days, policy_of, readers_with
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import InputError
from careen.exec import run
from careen.model.inventory import Inventory
from careen.model.report import Report
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.checks.kind import Rules, SourceFile
    from careen.formats.dockerfile.stages import Dockerfile
    from careen.predict.locked import Locked
    from careen.predict.resolve import Ask
    from careen.predict.today import OffersOf


def check(paths: Sequence[str], settings: Settings, progress: Progress = silent, commands: Sequence[str] = ()) -> Report:
    """The faults of source files, and the vulnerabilities that their build will bring; ``commands`` start containers."""
    from careen.check import as_written, check_files, report_of_files, with_secrets
    from careen.checks.files import find_files
    from careen.checks.helm import with_charts
    from careen.matching.match import Matched, match
    from careen.matching.rated import rated
    from careen.policy.rego import load_policies, with_policies

    judges = Judges(settings)
    policies = load_policies(settings.policy)
    policy = policy_of(settings, checking=True)
    found = find_files(paths)
    files = [*_given(commands), *found.files]
    charts = with_charts(files, run if settings.allow_helm else None)
    unknowns = (*found.unknowns, *charts.unknowns)
    rules = _rules(settings, judges)
    with ExitStack() as opened:
        ask, offers_of = _asked(settings, opened, progress) if settings.resolve else (None, None)
        lock = _locked(settings) if "vuln" in settings.scanners else None
        checked = as_written(
            check_files(charts.files, lambda kind: judges.of(kind.folders), rules, judges.tuning, ask, lock, offers_of),
            charts.lines,
        )
    if "secret" in settings.scanners:
        checked = with_secrets(checked, files)
    if not checked.files and not unknowns:
        raise InputError(
            f"nothing to check in {', '.join(paths)}",
            "Dockerfiles, Kubernetes manifests, Compose files and what else starts containers are looked for",
        )
    with Session(settings) as session, ExitStack() as opened:

        def judge(inventory: Inventory) -> tuple[Knowledge | None, Matched, tuple[str, ...]]:
            lessons = Lessons(settings, session.ecosystems, progress, Learnt())
            knowledge = lessons.learn(inventory, opened)
            if knowledge is None:
                return None, Matched((), ()), ()
            today = datetime.now(UTC).date()

            def matched(known: Knowledge) -> Matched:
                return match(inventory, known, session.schemes, session.ecosystems, today, policy.severity_from)

            return knowledge, *rated(matched(knowledge), knowledge, partial(missing_scores, knowledge, settings), matched)

        wanted = judge if "vuln" in settings.scanners else None
        name = ", ".join(paths or ["--run"])
        report = report_of_files(name, checked, unknowns, policy, wanted, max_age_days=max_age_days(settings))
        ran = checked.outcome.ran
        return with_policies(judges.with_compliance(report, ran, _looked_for(ran, settings, judges)), policies)


def check_running(engine: str | None, settings: Settings, progress: Progress = silent) -> Report:
    """The faults of the containers that an engine runs, and how they differ from their images. None: whichever is there."""
    from careen.check import check_running, report_of_files
    from careen.images.containers import containers
    from careen.policy.rego import load_policies, with_policies

    judges = Judges(settings)
    policies = load_policies(settings.policy)
    policy = policy_of(settings, checking=True)
    found = containers(engine, open_context(settings, progress))
    checked = check_running(
        found.engine, found.running, judges.of(("compose",)), judges.of(("running",)), _rules(settings, judges), judges.tuning
    )
    report = report_of_files(f"containers of {found.engine}", checked, found.unknowns, policy, None, kind="containers")
    return with_policies(judges.with_compliance(report, checked.outcome.ran), policies)


def _looked_for(ran: Collection[str], settings: Settings, judges: Judges) -> set[str]:
    """The kinds of findings that controls of Dockerfiles are about, where there was one."""
    if settings.compliance is None or not any(one.id in ran for one in judges.of(("dockerfile",))):
        return set()
    return {"secret"} & set(settings.scanners)


def _rules(settings: Settings, judges: Judges) -> "Rules":
    from careen.checks.kind import Rules

    return Rules(settings.allowed_registries, settings.allowed_images, judges.pss_minor)


def _given(commands: Sequence[str]) -> "list[SourceFile]":
    from careen.checks.kind import SourceFile
    from careen.checks.start_kinds import COMMAND_LINE

    names = (COMMAND_LINE if number == 1 else f"{COMMAND_LINE} {number}" for number in range(1, len(commands) + 1))
    return [SourceFile(name, command, named=True) for name, command in zip(names, commands, strict=True)]


def _locked(settings: Settings) -> "Callable[[Dockerfile], Locked]":
    """What the lock files of a build context will install: the folder of the Dockerfile, unless another one is named."""
    from careen.layers.index import Readers
    from careen.layers.loose import inventory_of_files
    from careen.predict.context import Context, context_at
    from careen.predict.locked import Locked, locked

    readers = Readers(lambda: readers_with(secrets=False), "")
    named = context_at(settings.context) if settings.context is not None else None

    def of(document: "Dockerfile") -> "Locked":
        if named is None and document.path == "stdin":
            return Locked((), ())
        context = named or Context(Path(document.path).parent, document.ignored or ())
        return locked(document, context, lambda files: inventory_of_files(files, readers))

    return of


def _asked(settings: Settings, opened: ExitStack, progress: Progress) -> "tuple[Ask, OffersOf]":
    """How addresses and the repositories of base images are asked: once each, of the hosts that the user listed."""
    from careen.formats.packages.repositories import Offer, indices_of
    from careen.net import NetSettings, make_fetcher
    from careen.predict.resolve import head_at
    from careen.predict.today import newest

    fetcher = opened.enter_context(
        make_fetcher(
            NetSettings(
                timeout_s=settings.timeout_s,
                attempts=2,
                ca_file=settings.ca_file,
                plain_http=("*",),  # the Dockerfile says so, and DKR-009 tells it; signatures are apt's and apk's to check
                only=settings.resolve_hosts,
            )
        )
    )
    session = opened.enter_context(Session(replace(settings, scanners=("config",)), fetcher))

    def offers_of(base: str, names: frozenset[str]) -> "Mapping[str, Offer] | str":
        image, inventory = session.inventory(f"registry:{base}", progress)
        indices = indices_of(inventory.filesystem.texts, image.platform.architecture if image.platform else "amd64")
        return newest(indices, names, fetcher) if indices else f"{base} names no repository of apt or apk"

    return cache(partial(head_at, fetcher=fetcher)), cache(offers_of)

"""Source files come in, a Report goes out: the checks of each kind, the secrets, and what Dockerfiles will install.

Files are sorted by kind, each kind's documents are read and judged by its checks, credentials are looked for in them, the
packages that Dockerfiles pin are matched with what is known, and the policy gives its verdict. Nothing is built or
rendered, and what files name is fetched by ``ask`` alone, which the user switches on.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from careen.checks.kind import Document, Kind, Rules, SourceFile
from careen.checks.kinds import KINDS, inlined, kind_of
from careen.checks.run import Ignore, Outcome, Seen, joined, located, run
from careen.checks.tuning import Tuning, tuned
from careen.database.knowledge import Knowledge
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.services import compose
from careen.formats.services.container_inspect import Running
from careen.matching.coverage import MAX_AGE_DAYS, coverage, sources_of, unreadable
from careen.matching.match import Matched
from careen.model.finding import ExposedSecret, Finding, Location, Misconfiguration, Suppressed, SuppressedBy, Vulnerability
from careen.model.image import Image, ImageConfig
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Evidence
from careen.model.report import Coverage, Reason, Report
from careen.plugins import Check
from careen.policy.policy import Policy, assess
from careen.predict.declared import Predicted, predicted, unpredictable
from careen.predict.locked import Locked
from careen.predict.resolve import Ask, with_heads
from careen.predict.today import OffersOf, with_versions

MAX_UNREAD = 50  # that are told one by one
# Matches packages with what is known; the last: ids of unrated vulnerabilities whose records were never fetched.
Judge = Callable[[Inventory], tuple[Knowledge | None, Matched, tuple[str, ...]]]
_CREDENTIAL = frozenset(("CWE-259", "CWE-312", "CWE-798"))  # what a check is about that tells of one in a file


class Checked(Struct, frozen=True):
    outcome: Outcome
    predicted: tuple[Predicted, ...]
    files: int  # that are of a kind that is checked
    unread: tuple[str, ...] = ()  # lock files and requirements that a build reads, and nobody could
    secrets: tuple[ExposedSecret, ...] = ()
    ignores: tuple[Ignore, ...] = ()  # comments that settle faults


def check_files(
    files: Sequence[SourceFile],
    checks_of: Callable[[Kind], Sequence[Check]],
    rules: Rules,
    tuning: Tuning,
    ask: Ask | None = None,
    lock: Callable[[Dockerfile], Locked] | None = None,
    offers_of: OffersOf | None = None,
) -> Checked:
    """``checks_of`` loads the checks of a kind; it is asked only where there is a file of it. ``ask`` reads what lies
    behind an address, ``lock`` what the lock files of a build context will install, ``offers_of`` what the repositories
    of base images have."""
    rules = replace(rules, paths=frozenset(file.path for file in files))
    by_kind: dict[str, list[SourceFile]] = {}
    unknowns: list[Unknown] = []
    for file in files:
        kind = kind_of(file.path, file.text)
        if kind is not None:
            by_kind.setdefault(kind.name, []).append(file)
        elif file.named:
            unknowns.append(Unknown("files", Evidence(file.path, 0), "of no kind that is checked: docs/checking.md lists them"))
    count = sum(map(len, by_kind.values()))
    within = [one for file in by_kind.get("compose", ()) for one in inlined(file)]
    by_kind["dockerfile"] = [*by_kind.get("dockerfile", ()), *within]
    outcomes: list[Outcome] = []
    installs: list[Predicted] = []
    unread: list[str] = []
    ignores: list[Ignore] = []
    for kind in KINDS:
        members = by_kind.get(kind.name)
        if not members:
            continue
        checks, seen = tuned(checks_of(kind), tuning), Seen()
        for one in kind.read(members, checks, rules):
            if isinstance(one, Document):
                value = with_heads(one.value, ask) if kind.installs and ask else one.value
                if kind.installs:
                    found = _installed(value, lock, offers_of)
                    installs += found.predicted
                    unread += found.open
                outcomes.append(run(checks, value, one.path, one.ignores, seen))
                ignores += one.ignores
            else:
                unknowns.append(one)
    outcome = joined([*outcomes, Outcome(unknowns=tuple(unknowns))])
    return Checked(outcome, tuple(installs), count, tuple(unread), ignores=tuple(ignores))


def _installed(document: Dockerfile, lock: Callable[[Dockerfile], Locked] | None, offers_of: OffersOf | None) -> Locked:
    """The packages that its build will install: by its own commands, and by the lock files that it copies."""
    found = predicted(document)
    by_files = lock(document) if lock is not None else Locked((), ())
    installs = with_versions(document, found, offers_of) if offers_of else found
    return Locked((*installs, *by_files.predicted), (*unpredictable(document), *by_files.open))


def with_secrets(checked: Checked, files: Sequence[SourceFile]) -> Checked:
    """With the credentials in those files that are of a kind that is checked, as they are written.

    What merely stands beside a name that promises one is left to the check that tells of the same line."""
    from careen.secrets.find import Search
    from careen.secrets.keywords import Keywords
    from careen.secrets.ruleset import load

    told = _lines_with_credentials(checked.outcome)
    by_name = {rule.id for rule in load() if rule.human or rule.near}
    using = Keywords(load())
    secrets: list[ExposedSecret] = []
    suppressed: list[Suppressed] = []
    unknowns: list[Unknown] = []
    for file in files:
        if kind_of(file.path, file.text) is None:
            continue
        search = Search(file.path, using)
        search.feed(file.text.encode(errors="replace"))
        for found in search.facts():
            if isinstance(found, Unknown):
                unknowns.append(found)
                continue
            place = found.location
            rule = next((one for one in checked.ignores if one.applies(found.id, place.path, place.line, place.end_line)), None)
            if rule is not None:
                suppressed.append(Suppressed(found, SuppressedBy("comment", rule.source, rule.reason)))
            elif found.id not in by_name or (place.path, place.line) not in told:
                secrets.append(found)
    outcome = joined((checked.outcome, Outcome(suppressed=tuple(suppressed), unknowns=tuple(unknowns))))
    return replace(checked, outcome=outcome, secrets=tuple(secrets))


def _lines_with_credentials(outcome: Outcome) -> set[tuple[str, int]]:
    """What stands in one line alone: an instruction of several may have others beside the one that was told."""
    settled = (one.finding for one in outcome.suppressed if isinstance(one.finding, Misconfiguration))
    return {
        (one.location.path, one.location.line)
        for one in (*outcome.findings, *settled)
        if one.location.line is not None and one.location.line == one.location.end_line and _CREDENTIAL & set(one.references)
    }


def check_running(
    engine: str,
    containers: Sequence[Running],
    of_services: Sequence[Check],
    of_containers: Sequence[Check],
    rules: Rules,
    tuning: Tuning,
) -> Checked:
    """Running containers by the checks of Compose, and by those that compare them with their images."""
    project = compose.of_containers(engine, [one.service for one in containers])
    project.registries = rules.registries
    outcomes = (run(tuned(of_services, tuning), project, engine), run(tuned(of_containers, tuning), containers, engine))
    return Checked(joined(outcomes), (), len(containers))


def as_written(checked: Checked, lines: Mapping[str, Sequence[int | None]]) -> Checked:
    """With faults in the lines of the files that judged ones were made of: ``lines`` has them by path and line."""
    if not lines:
        return checked
    return replace(checked, outcome=located(checked.outcome, lines))


def report_of_files(
    reference: str,
    checked: Checked,
    unknowns: Sequence[Unknown],
    policy: Policy,
    judge: Judge | None,
    now: datetime | None = None,
    kind: str = "files",
    max_age_days: int | None = MAX_AGE_DAYS,
) -> Report:
    """``judge`` None: nobody asks for vulnerabilities. ``kind``: files or containers."""
    now = now or datetime.now(UTC)
    pinned = [one for one in checked.predicted if one.pinned]
    all_unknowns = (*unknowns, *checked.outcome.unknowns)
    inventory = Inventory(None, tuple(one.package for one in checked.predicted), all_unknowns, checked.files)
    knowledge, matched = None, Matched((), ())
    covered = Coverage("assessed", (), checked.files, 0).with_reasons(*unreadable(all_unknowns))
    if judge is not None:
        if pinned:
            installed = replace(inventory, packages=tuple(one.package for one in pinned))
            knowledge, matched, unfetched = judge(installed)
            covered = coverage(installed, knowledge, matched, all_unknowns, now.date(), max_age_days, unfetched)
        unread = (Reason("unread_manifest", detail) for detail in checked.unread[:MAX_UNREAD])
        covered = covered.with_reasons(*_open(checked.predicted), *unread)
    findings: list[Finding] = [*_placed(matched.findings, pinned), *checked.outcome.findings, *checked.secrets]
    assessed = assess(findings, covered, all_unknowns, policy, now.date(), sources=sources_of(knowledge) if judge else None)
    return Report(
        created=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        image=Image(reference, kind, "", None, ImageConfig(), ()),
        inventory=inventory,
        findings=assessed.findings,
        suppressed=(*assessed.suppressed, *checked.outcome.suppressed),
        unknowns=all_unknowns,
        coverage=assessed.coverage,
        verdict=assessed.verdict,
        database=knowledge.info if knowledge else None,
    )


def _placed(findings: Sequence[Vulnerability], pinned: Sequence[Predicted]) -> list[Vulnerability]:
    """With the line that brings the package in place of a layer."""
    by_purl: dict[tuple[str, str], Predicted] = {}
    for one in pinned:
        by_purl.setdefault((one.package.purl, _path(one)), one)
    placed = []
    for finding in findings:
        for path in finding.paths or ("",):
            found = by_purl.get((finding.package, path))
            if found is not None:
                where = Location(path, found.line, found.end_line)
                paths = tuple(place.path for place in found.package.evidence)
                placed.append(replace(_weighed(finding, found), layer=None, location=where, paths=paths))
    return placed


def _weighed(finding: Vulnerability, found: Predicted) -> Vulnerability:
    """A version without its release gets the newest release of it: a fix in one of those is there already, perhaps."""
    if found.exact or any(_upstream(fix) != _upstream(found.package.version) for fix in finding.fix.versions):
        return finding
    return replace(finding, confidence="possible") if finding.fix.versions else finding


def _upstream(version: str) -> str:
    return version.rpartition(":")[2].partition("-")[0]


def _path(one: Predicted) -> str:
    place: Evidence = one.package.evidence[0]
    return place.path


def _open(installs: Sequence[Predicted]) -> list[Reason]:
    """What will be installed, and nobody can say yet in which version."""
    loose = [one for one in installs if not one.pinned]
    named = sum(one.url is None and not one.trouble for one in loose)
    fetched = sum(one.url is not None and not one.trouble for one in loose)
    today = sum(one.today for one in installs)
    reasons = []
    if today:
        detail = "nothing pins them: they were judged in the version that their repositories have today"
        reasons.append(Reason("as_of_today", detail, today))
    if named:
        detail = "packages will be installed in whatever version their repository holds on the day of the build"
        reasons.append(Reason("unpinned", detail if named > 1 else detail.replace("packages", "a package", 1), named))
    if fetched:
        reasons.append(Reason("unresolved", "fetched by an address that does not say the version", fetched))
    tried = Counter(("unread_address" if one.url else "unread_repository", one.trouble) for one in loose if one.trouble)
    reasons += [Reason(code, trouble, count) for (code, trouble), count in tried.items()]
    return reasons

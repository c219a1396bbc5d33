"""The first steps that a report proposes: the changes that remove most findings, each with the findings that it
removes.

Upgrades come from the plan of the report; without one, each package with a fixed version is a step of its own.
``repairs`` has the changes that remove other findings.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.advisory import SEVERITIES
from careen.model.inventory import Inventory
from careen.model.plan import Action, Plan, Upgrade
from careen.model.report import Report

from .changes import briefly_where, commands_of, shortly_where, where_of
from .lines import few, plural
from .repairs import brief_titles, repairs_of
from .rows import Row, rows_of

FIRST = 5  # steps that a report begins with
NEWER_BASE = "pull a newer build of the base image (docker build --pull)"


class Step(Struct, frozen=True):
    """A change that removes findings. Its text is as images and feeds have it: each format escapes it."""

    title: str
    removes: int
    certain: bool = True  # False: the step may remove ``removes`` findings, or fewer
    maybe: int = 0  # further findings that it may remove: in copies that the upgraded packages contain
    # How many of the removed findings that gates count have each severity, as far as known.
    severities: tuple[tuple[str, int], ...] = ()
    commands: tuple[str, ...] = ()  # one command in each line
    detail: str = ""
    fingerprints: tuple[str, ...] = ()  # of the findings
    exploited: int = 0  # how many of them are known to be exploited
    is_release: bool = False  # move to a release of the distribution that gets fixes: without it, gates of severity fail
    briefs: tuple[str, ...] = ()  # the title in fewer words, for narrow lines: the longest first

    @property
    def effect(self) -> str:
        """The effect in words: "removes 12", "removes 12, maybe 3 more", "may remove 3"; "brings fixes again"."""
        if self.is_release and not self.removes:
            return "brings fixes again"
        more = f", maybe {self.maybe:,} more" if self.maybe else ""
        return f"{'removes' if self.certain else 'may remove'} {self.removes:,}{more}"


def first_steps(report: Report) -> list[Step]:
    rows = rows_of(report)
    in_packages = [row for row in rows if row.fix_state]  # fixed by another version
    steps = [*(_of_plan(report.plan, in_packages, report.inventory) if report.plan else _of_packages(in_packages, report))]
    steps += _of_repairs(report, [row for row in rows if not row.fix_state])
    steps += _of_release(report, in_packages)
    return sorted(steps, key=_rank)


def _rank(step: Step) -> tuple[int, int, int, bool, int, int, str]:
    """A sort key: steps against exploited vulnerabilities come first, then critical ones, then high ones. An unrated
    finding may be severe."""
    counts = dict(step.severities)
    critical, high = counts.get("critical", 0) + step.is_release, counts.get("high", 0)
    other = counts.get("medium", 0) + counts.get("unknown", 0)
    return (-step.exploited, -critical, -high, not step.certain, -other, -step.removes, step.title)


def _of_plan(plan: Plan, rows: Sequence[Row], inventory: Inventory) -> Iterator[Step]:
    by_purl: dict[str, list[Row]] = {}
    for row in rows:
        by_purl.setdefault(row.purl, []).append(row)
    inside = _in_bundles(plan, rows)
    for action in plan.actions:
        copies = [row for upgrade in action.upgrades for row in inside.pop(upgrade.package, ())]
        upgraded = [row for upgrade in action.upgrades for row in _removed_by(upgrade, by_purl)]
        if action.removes <= 0 and not copies:
            continue
        yield Step(
            f"{where_of(action)}: {_upgraded(action)}",
            action.removes,
            True,
            len(copies),
            _severities(upgraded),
            commands_of(action),
            _detail(action),
            tuple(row.fingerprint for row in upgraded),
            _exploited(upgraded),
            briefs=(
                f"{briefly_where(action)}: {_upgraded(action)}",
                f"{briefly_where(action)}: {_briefly_upgraded(action)}",
                f"{shortly_where(action)}: {_briefly_upgraded(action)}",
                f"{action.manager}: {_upgraded(action)}" if len(action.upgrades) > 1 else _briefly_upgraded(action),
            ),
        )
    for owner, copies in inside.items():
        subjects = [*dict.fromkeys(row.subject for row in copies)]
        names, first = few(subjects), subjects[0].partition(" ")[0]
        title = f"upgrade {owner} to a release with a newer copy of {names}, which it contains"
        others = f" and {len(subjects) - 1} more" if len(subjects) > 1 else ""
        briefs = (
            f"upgrade {owner}, which contains {names}",
            *(f"upgrade {owner}, for its {first}{more}" for more in dict.fromkeys((others, ""))),
            f"upgrade {owner}",
        )
        yield _step(title, copies, certain=False, briefs=briefs)
    foreign = {package.purl for package in inventory.packages if package.vendor == "third_party"}
    upgradable = {upgrade.purl for action in plan.actions for upgrade in action.upgrades}
    left = [row for row in rows if row.fixed_in and _is_of_system(row) and row.purl not in upgradable]
    for advice in plan.advice:
        if advice.kind == "newer_build":
            theirs = [row for row in left if row.purl in foreign]
            software = [*dict.fromkeys(row.subject.partition(" ")[0] for row in theirs)]
            brief = f"upgrade {few(software)} from the makers' repositories"
            yield _step(advice.text, theirs, certain=False, briefs=(brief, f"upgrade {few(software)}"))
        elif advice.kind == "refresh_base" and advice.findings:
            known = next((found for found in (left, _without(left, foreign)) if len(found) == advice.findings), [])
            why = advice.text.partition("): ")[2] or advice.text  # without the command, which is the title
            step = _step(NEWER_BASE, known, why, certain=False) if known else Step(NEWER_BASE, advice.findings, False)
            yield replace(step, briefs=(NEWER_BASE.partition(" (")[0],))


def _without(rows: Iterable[Row], purls: Collection[str]) -> list[Row]:
    return [row for row in rows if row.purl not in purls]


def _detail(action: Action) -> str:
    upgrades = ", ".join(f"{upgrade.package} {upgrade.version} → {upgrade.to}" for upgrade in action.upgrades)
    return f"{upgrades} (not checked: {action.unchecked})" if action.unchecked else upgrades


def _removed_by(upgrade: Upgrade, by_purl: Mapping[str, list[Row]]) -> list[Row]:
    """The rows that the upgrade removes: all of them if it removes as many, else those with a fixed version that do not
    stay."""
    rows = by_purl.get(upgrade.purl, [])
    if len(rows) == upgrade.removes:
        return rows
    return [row for row in rows if row.fixed_in and row.fingerprint not in upgrade.stays]


def _in_bundles(plan: Plan, rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The findings with a fix in copies within another package, by the name of the package that contains them."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.fixed_in and row.purl in plan.bundled:
            found.setdefault(plan.bundled[row.purl], []).append(row)
    return found


def _is_of_system(row: Row) -> bool:
    return row.purl.startswith(("pkg:deb/", "pkg:rpm/", "pkg:apk/"))


def _upgraded(action: Action) -> str:
    """What an action does: "upgrade 7 packages", "upgrade node 16.13.0 to 22.23.2"."""
    upgrades = action.upgrades
    if len(upgrades) == 1:
        what = f"{upgrades[0].package} {upgrades[0].version} to {upgrades[0].to}".replace("  ", " ")
    else:
        what = plural(len(upgrades), "package")
    return f"upgrade {what}"


def _briefly_upgraded(action: Action) -> str:
    """What an action does, without the installed version and the group of Maven."""
    first, *others = action.upgrades
    name = first.package.rpartition(":")[2] if action.manager == "maven" else first.package
    return _upgraded(action) if others else f"upgrade {name} to {first.to}"


def _of_packages(rows: Sequence[Row], report: Report) -> Iterator[Step]:
    """A step for each source: packages that are built from one source are upgraded together."""
    sources = {package.purl: package.source for package in report.inventory.packages if package.source}
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.fixed_in:
            source = sources.get(row.purl)
            subject = f"{source.name} {source.version}" if source else row.subject
            groups.setdefault((subject, row.purl.partition("/")[0]), []).append(row)
    for (subject, _), group in groups.items():
        versions = [text for text, _ in Counter(" or ".join(row.fixed_in) for row in group).most_common()]
        name = subject.partition(" ")[0].rpartition(":")[2]  # without the group of Maven
        brief = f"upgrade {name}: fixes are in {_listed(versions, 1).partition(' or ')[0]}"
        yield _step(f"upgrade {subject}: fixes are in {_listed(versions, 3)}", group, briefs=(brief,))


def _listed(versions: Sequence[str], count: int) -> str:
    more = f" and {len(versions) - count} more" if len(versions) > count else ""
    return ", ".join(versions[:count]) + more


def _of_repairs(report: Report, rows: Sequence[Row]) -> Iterator[Step]:
    listed = {row.fingerprint: row for row in rows}
    for repair in (report.plan.repairs if report.plan else ()) or repairs_of(report):
        group = [listed[fingerprint] for fingerprint in repair.fingerprints if fingerprint in listed]
        if group:
            where = _at(group) if report.image.kind == "files" else ""
            step = _step(f"{repair.title}{where}", group, " ".join(repair.steps))
            briefs = tuple(f"{brief}{where}" for brief in brief_titles(repair))
            yield replace(step, commands=tuple(repair.lines), briefs=briefs)


def _at(rows: Iterable[Row]) -> str:
    """The places after a title, ": compose.yaml:7 and 2 more". The title of a secret names its file already."""
    places = [*dict.fromkeys(row.place for row in rows if row.line and row.kind == "misconfiguration")]
    more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
    return f": {places[0]}{more}" if places else ""


def _of_release(report: Report, rows: Iterable[Row]) -> Iterator[Step]:
    """The step to a supported release, if the image's has ended: it gets no fixes, so findings without a fix stay, and so will
    findings of later days.
    """
    distribution = report.inventory.distribution
    if distribution is None or not report.end_of_life or report.end_of_life >= report.created[:10]:
        return
    name = distribution.pretty_name.partition(" (")[0] or f"{distribution.id} {distribution.version}"  # without its codename
    left = [row for row in rows if _is_of_system(row) and not row.fixed_in]
    title = f"move to a supported release: {name} ended {report.end_of_life}"
    yield replace(_step(title, left, "Build on a release that gets security updates.", certain=False), is_release=True)


def _step(title: str, group: Sequence[Row], detail: str = "", certain: bool = True, briefs: tuple[str, ...] = ()) -> Step:
    fingerprints = tuple(row.fingerprint for row in group)
    return Step(title, len(group), certain, 0, _severities(group), (), detail, fingerprints, _exploited(group), briefs=briefs)


def _severities(rows: Iterable[Row]) -> tuple[tuple[str, int], ...]:
    counts = Counter(row.severity for row in rows if row.confidence != "possible")
    return tuple((severity, counts[severity]) for severity in SEVERITIES if counts[severity])


def _exploited(rows: Iterable[Row]) -> int:
    return sum(bool(row.exploited) and row.confidence != "possible" for row in rows)

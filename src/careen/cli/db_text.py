"""The text that ``careen db`` prints: about the database in use, kept databases, and the changes of an action."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import DatabaseError
from careen.output.escape import visible
from careen.output.lines import plural

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.database.head import FeedRow
    from careen.database.results import UpdateResult
    from careen.formats.feeds.archive_facts import ArchiveFacts
    from careen.model.advisory import DatabaseInfo, SourceInfo


def status_text(info: "DatabaseInfo", verbose: bool) -> str:
    """A line for each source, or with ``verbose`` for each of its feeds; notes about sources stand below."""
    from careen.app.databases import DERIVED

    now = datetime.now(UTC)
    groups: dict[str, list[SourceInfo]] = {}
    for source in info.sources:
        groups.setdefault(source.name if verbose else source.name.partition("/")[0], []).append(source)
    width = max([6, *map(len, groups)])
    lines = [f"{visible(info.path)}, built {visible(info.built)}", ""]
    lines.append(f"{'SOURCE':<{width}}  {'FEEDS':>5}  {'RECORDS':>9}  {'FETCHED':<13}  DATA OF")
    notes: dict[str, None] = {}
    for name, sources in groups.items():
        days = sorted({source.as_of[:10] for source in sources if source.as_of}) or ["-"]
        span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
        records, fetched = sum(source.records for source in sources), min(source.fetched for source in sources)
        lines.append(
            f"{visible(name):<{width}}  {len(sources):>5}  {records:>9,}  {_age(fetched, now):<13}  {visible(span)}".rstrip()
        )
        noted = [source for source in sources if source.detail and (verbose or not source.derived)]
        notes |= {f"{name}: {source.detail}": None for source in noted}
    derived = sum(source.derived for source in info.sources)
    if derived and not verbose:
        notes[f"{DERIVED}: {plural(derived, 'feed')} (careen db status --verbose)"] = None
    lines += ["", *map(visible, notes)] if notes else []
    return "\n".join(lines) + "\n"


def list_text(found: "Sequence[DatabaseInfo]") -> str:
    if not found:
        raise DatabaseError("there is no advisory database", "careen db update makes one")
    lines = [f"{'BUILT':<19}  {'RECORDS':>9}  {'SIZE':>9}  {'DATA OF':<24}  FILE"]
    for info in found:
        days = sorted({source.as_of[:10] for source in info.sources if source.as_of}) or ["-"]
        span = " to ".join(dict.fromkeys((days[0], days[-1])))
        size = f"{Path(info.path).stat().st_size / 1e6:.1f} MB"
        records = sum(source.records for source in info.sources)
        built = info.built[:19].replace("T", " ")
        lines.append(f"{visible(built):<19}  {records:>9,}  {size:>9}  {visible(span):<24}  {visible(Path(info.path).name)}")
    return "\n".join(lines) + "\n"


def as_json(value: object) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def background_text(settings: "Settings") -> str:
    """A line about the result of the last refresh in the background; "" if there was none."""
    from careen.app.databases import last_background_refresh

    line, log = last_background_refresh(settings)
    return f"\nlast refresh in the background: {visible(line)} ({visible(str(log))})\n" if line else ""


def kept_text(result: "UpdateResult") -> str:
    """The feeds that an update repaired, and those that it left as they were, by reason."""

    repaired = "".join(
        f"{visible(feed.path)}: {visible(feed.detail)}\n" for feed in result.feeds if feed.state == "updated" and feed.detail
    )
    groups: dict[str, dict[str, int]] = {}
    for feed in result.kept:
        group = groups.setdefault(feed.detail, {})
        group[feed.source] = group.get(feed.source, 0) + 1
    if not groups:
        return repaired
    lines = [
        repaired,
        f"{plural(len(result.kept), 'feed')} left as they were, with their age (careen db forget SOURCE removes one):",
    ]
    for detail, group in groups.items():
        listed = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in sorted(group.items()))
        lines.append(f"  {visible(detail)}: {visible(listed)}")
    return "\n".join(lines) + "\n"


def unpublished_text(settings: "Settings") -> str:
    from careen.app.databases import has_published_database

    if settings.db_from or settings.db_artifact or has_published_database():
        return ""
    return "\nNo published database is configured (db_artifact in the settings): the feeds were read.\n"


def retained_text(rows: "Sequence[FeedRow]") -> str:
    """The feeds that stay from the database that was in use before, and why; "" if none stays."""
    from careen.app.databases import labels_of

    if not rows:
        return ""
    listed = ", ".join(labels_of(rows))
    why = "missing from the new database, or smaller or older there"
    return (
        f"\n{plural(len(rows), 'feed')} kept from the earlier database ({why}): {visible(listed)} (--replace keeps nothing)\n"
    )


def forgotten_text(rows: "Sequence[FeedRow]") -> str:

    records = sum(row.records for row in rows)
    return f"{plural(len(rows), 'feed')} with {records:,} records removed; the next update that offers them brings them back\n"


def seeded_text(facts: "ArchiveFacts", target: Path) -> str:

    lines = [f"{visible(str(target))}, {target.stat().st_size:,} bytes"]
    for codename, release in facts.releases.items():
        cves = {cve for source in release.sources.values() for found in source.cves_by_version.values() for cve in found}
        counts = f"{plural(len(release.sources), 'source package')}, {plural(len(cves), 'CVE')}"
        lines.append(f"{codename}, {release.as_of[:10]}: {counts}")
        lines.append(f"  {visible(release.detail)}")
    return "\n".join(lines) + "\n"


def _age(moment: str, now: datetime) -> str:
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return "-"
    hours = (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds() / 3600
    if hours < 1:
        return "just now"
    return f"{hours:.0f} hours ago" if hours < 48 else f"{hours / 24:.0f} days ago"

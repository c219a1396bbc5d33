"""``careen db``: brings the advisory database up to date, or shows what it holds and how old that is."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import DatabaseError, UsageError

from .arguments import Parser, add_common, add_settings
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.formats.archive_facts import ArchiveFacts
    from careen.model.advisory import DatabaseInfo, SourceInfo


def parser() -> Parser:
    made = Parser(prog="careen db", description="Update the advisory database, or show what it holds.")
    made.add_argument(
        "action",
        choices=["update", "status", "seed"],
        help="update: fetch and build; status: sources and ages; seed: see docs/offline.md",
    )
    made.add_argument("--full", action="store_true", help="update: also the large archives of vendors (see docs/database.md)")
    made.add_argument("--json", action="store_true", help="status for programs")
    add_settings(made, "update", ("db_from", "no_progress", "quiet", "verbose"), {"db_from": "--from"})
    made.add_argument("--to", metavar="FILE", type=Path, help="seed: the file of facts to write")
    add_settings(made, "seed", ("archive", "archive_keys"))
    add_settings(made, "network", ("insecure", "ca_file", "timeout"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen import app

    from .log import start
    from .progress import progress_on

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    if arguments.action == "update":
        with progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
            result = app.update_database(settings, progress, full=arguments.full)
        if not settings.quiet:
            sys.stdout.write(_text(app.database_status(settings), settings.verbose))
        if result.failed:
            names = ", ".join(f"{feed.path} ({feed.detail})" for feed in result.failed)
            raise DatabaseError(f"could not update {names}", "the others are up to date; of these the old data is kept")
        return 0
    if arguments.action == "seed":
        from careen.app.archives import make_facts

        if arguments.to is None:
            raise UsageError("no file to write the facts to", "careen db seed --archive URL|DIR --to FILE")
        if not arguments.to.parent.is_dir():
            raise UsageError(f"{arguments.to.parent}: no such folder", "make it first")
        with progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
            facts = make_facts(settings, arguments.to, progress)
        if not settings.quiet:
            sys.stdout.write(_seeded(facts, arguments.to))
        return 0
    info = app.database_status(settings)
    sys.stdout.write(_json(info) if arguments.json else _text(info, settings.verbose))
    return 0


def _seeded(facts: "ArchiveFacts", target: Path) -> str:
    from careen.formats.escape import visible
    from careen.formats.lines import plural

    lines = [f"{visible(str(target))}, {target.stat().st_size:,} bytes"]
    for codename, release in facts.releases.items():
        cves = {cve for source in release.sources.values() for found in source.cves_by_version.values() for cve in found}
        told = f"{plural(len(release.sources), 'source package')}, {plural(len(cves), 'CVE')}"
        lines.append(f"{codename}, {release.as_of[:10]}: {told}")
        lines.append(f"  {visible(release.detail)}")
    return "\n".join(lines) + "\n"


def _json(info: "DatabaseInfo") -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(info), indent=2).decode() + "\n"


def _text(info: "DatabaseInfo", verbose: bool) -> str:
    """One line a source; with ``verbose`` one a feed of it. What a source has to say of itself stands below."""
    from careen.database.knowledge import DERIVED
    from careen.formats.escape import visible
    from careen.formats.lines import plural

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
        told = [source for source in sources if verbose or not source.detail.startswith(DERIVED)]
        notes |= {f"{name}: {source.detail}": None for source in told if source.detail}
    derived = sum(source.detail.startswith(DERIVED) for source in info.sources)
    if derived and not verbose:
        notes[f"{DERIVED}: {plural(derived, 'feed')} (careen db status --verbose)"] = None
    lines += ["", *map(visible, notes)] if notes else []
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

"""``careen db``: brings the advisory database up to date, shows what it holds and how old that is, and carries it elsewhere."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from careen.errors import DatabaseError, UsageError

from .arguments import NETWORK, Parser, add_common, add_settings
from .db_diff import add_flags as add_diff_flags
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.database.buckets import FeedRow
    from careen.database.update import FeedResult, UpdateResult
    from careen.formats.feeds.archive_facts import ArchiveFacts
    from careen.model.advisory import DatabaseInfo, SourceInfo
    from careen.plugins import Progress

log = logging.getLogger(__name__)

# How many names each action takes.
TAKES = {
    "update": (0, 0), "status": (0, 0), "list": (0, 0), "seed": (0, 0), "forget": (1, 1), "export": (1, 1), "import": (1, 1),
    "push": (1, 1), "pull": (0, 1), "diff": (1, 2), "publish": (1, 16), "keys": (1, 1), "mirror": (1, 64),
}  # fmt: skip


# The actions that each flag is for; a flag that an action does not know would do nothing without a word.
FLAGS = {
    "written": ("--format", ("status", "list", "diff", "mirror")),
    "json": ("--json", ("status", "list", "diff", "mirror")),
    "replace": ("--replace", ("import", "pull")),
    "full": ("--full", ("update", "publish", "mirror")),
    "accept": ("--accept", ("update", "pull", "publish")),
    "feeds": ("--feeds", ("update",)),
    "signed": ("--signed", ("export",)),
    "keys": ("--keys", ("publish",)),
    "anew": ("--anew", ("publish",)),
    "rotate": ("--rotate", ("keys",)),
    "renew": ("--renew", ("keys",)),
    "root_keys": ("--root-keys", ("keys",)),
    "to": ("--to", ("seed",)),
    "namespace": ("--namespace", ("diff",)),
    "source": ("--source", ("diff",)),
    "limit": ("--limit", ("diff",)),
}


def parser() -> Parser:
    made = Parser(
        prog="careen db",
        usage="careen db ACTION [flags] [FILE | OLD [NEW] | DIR | SOURCE | oci://…]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Update the advisory database, show what it holds, or carry it elsewhere.",
        epilog="""\
actions:
  update             take what is published, then what the feeds have beyond it
  status             sources and ages
  list               the database in use, and those that were kept
  mirror DIR [NEED…] lay all feeds down, or some, for `update --from`
  diff OLD [NEW]     what changed between two, files or days (NEW: in use)
  forget SOURCE      remove what it has of a source, or of a part: osv/npm
  export FILE        write it to one file, for machines without a network
  import FILE        use the database of such a file
  push oci://…       leave it in a registry
  pull [oci://…]     take what is published, or a pushed one by its @digest
  publish oci://… …  update, sign, leave in one or more registries
  keys DIR           keys to publish with: see docs/publishing.md
  seed               facts of a Debian archive: see docs/offline.md""",
    )
    made.add_argument("action", choices=list(TAKES), metavar="ACTION", help="what to do: see below")
    made.add_argument(
        "names", metavar="NAME", nargs="*", default=[], help="file, folder, day, source or registry, as the action takes it"
    )
    made.add_argument("--json", action="store_true", help="status, list, diff, mirror: for programs, as --format json")
    made.add_argument("--format", dest="written", choices=["text", "json"], help="status, list, diff, mirror: text or json")
    add_settings(
        made, "database", ("db", "db_keep", "db_artifact", "db_root"),
        {"db_keep": "--keep", "db_artifact": "--artifact", "db_root": "--root"},
    )  # fmt: skip
    group = add_settings(made, "update", ("db_from", "no_progress", "quiet", "verbose"), {"db_from": "--from"})
    made.add_argument(
        "--replace",
        action="store_true",
        help="import, pull: keep nothing of the database in use, not even what the other lacks",
    )
    group.add_argument("--full", action="store_true", help="also the large archives of vendors (see docs/database.md)")
    group.add_argument(
        "--accept",
        metavar="SOURCE",
        action="append",
        default=[],
        help="take this source or file of it as it is, whatever it lost or turned around: debian, osv/npm; may be repeated",
    )
    group.add_argument("--feeds", action="store_true", help="from the feeds alone, and not what is published")
    made.add_argument("--signed", action="store_true", help="export: what is published, with its signatures")
    group = made.add_argument_group("publish, keys")
    group.add_argument("--keys", metavar="DIR", type=Path, help="publish: the folder that `careen db keys` made")
    group.add_argument("--anew", action="store_true", help="publish: without the last publication")
    group.add_argument(
        "--all-licences",
        action="store_true",
        help="publish: also data whose licence does not allow it; whoever publishes answers for that",
    )
    group.add_argument(
        "--rotate", metavar="ROLE", choices=("root", "targets", "snapshot", "timestamp"), help="keys: new ones for this role"
    )
    group.add_argument("--renew", action="store_true", help="keys: a root with a later end")
    group.add_argument(
        "--root-keys", metavar="N", type=int, default=1, help="keys: how many of root; most of them have to sign"
    )
    made.add_argument("--to", metavar="FILE", type=Path, help="seed: the file of facts to write")
    add_settings(made, "seed", ("archive", "archive_keys"))
    add_diff_flags(made)
    add_settings(made, "registry and network", tuple(key for key in NETWORK if key != "mirrors"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from .log import start
    from .progress import progress_on

    (least, most), given = TAKES[arguments.action], arguments.names
    _check_flags(arguments)
    arguments.json = arguments.json or arguments.written == "json"
    if not least <= len(given) <= most:
        raise UsageError(f"careen db {arguments.action} {_takes(arguments.action)}", "careen db --help")
    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    with progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
        text, failure = _done(arguments, settings, progress)
    if not settings.quiet or arguments.action in ("status", "list", "diff") or arguments.json:
        sys.stdout.write(text)
    if failure:
        raise failure
    return 0


def _check_flags(arguments: argparse.Namespace) -> None:
    usual = parser()
    for key, (flag, actions) in FLAGS.items():
        if arguments.action not in actions and getattr(arguments, key) != usual.get_default(key):
            raise UsageError(f"{flag} is for careen db {', '.join(actions)}", "careen db --help")


def _takes(action: str) -> str:
    words = {
        (0, 0): "takes no name",
        (0, 1): "takes at most one name",
        (1, 1): "takes one name",
        (1, 2): "takes an earlier database and at most one other",
        (1, 64): "takes a folder",
        (1, 16): "takes the addresses to publish at",
    }
    return words[TAKES[action]]


def _done(arguments: argparse.Namespace, settings: "Settings", progress: "Progress") -> tuple[str, DatabaseError | None]:
    """What to tell of what was done, and what went wrong in spite of it."""
    from careen.app import databases

    if arguments.action == "update":
        result = databases.update_database(
            settings, progress, full=arguments.full, accept=arguments.accept, feeds=arguments.feeds
        )
        return _text(databases.database_status(settings), settings.verbose) + _where(settings) + _kept(result), _failure(result)
    if arguments.action == "status":
        info = databases.database_status(settings)
        return (_json(info) if arguments.json else _text(info, settings.verbose) + _background(settings)), None
    if arguments.action == "publish":
        return _publish(arguments, settings, progress)
    if arguments.action == "seed":
        from careen.app.archives import make_facts

        if arguments.to is None:
            raise UsageError("no file to write the facts to", "careen db seed --archive URL|DIR --to FILE")
        if not arguments.to.parent.is_dir():
            raise UsageError(f"{arguments.to.parent}: no such folder", "make it first")
        return _seeded(make_facts(settings, arguments.to, progress), arguments.to), None
    if arguments.action == "diff":
        from .db_diff import diff

        diff(arguments, settings, arguments.json)
        return "", None
    if arguments.action == "mirror":
        from .db_mirror import mirror

        return mirror(arguments, settings, progress)
    return _carried(arguments, settings, progress), None


def _carried(arguments: argparse.Namespace, settings: "Settings", progress: "Progress") -> str:
    from careen.app import databases

    replace: bool = arguments.replace
    (name,) = arguments.names or ("",)
    match arguments.action:
        case "list":
            found = databases.database_list(settings)
            return _json(found) if arguments.json else _list(found)
        case "export":
            export = databases.export_published if arguments.signed else databases.export_database
            origin, digest = export(Path(name), settings)
            told = f"what is published at {_shown(origin)}" if arguments.signed else f"the database built {_shown(origin)}"
            return f"{_shown(name)}, {Path(name).stat().st_size:,} bytes: {told}\n{digest}\n"
        case "keys":
            return _keys(arguments)
        case "forget":
            return _forgotten(databases.forget_source(name, settings))
        case "import":
            kept = databases.import_database(Path(name), settings, replace=replace)
            return _text(databases.database_status(settings), settings.verbose) + _stayed(kept)
        case "push":
            return "".join(f"{_shown(one)}\n" for one in databases.push_database(name, settings))
        case _:
            digest, kept = databases.pull_database(name or None, settings, progress, replace=replace, accept=arguments.accept)
            return f"{digest}\n{_text(databases.database_status(settings), settings.verbose)}{_stayed(kept)}"


def _publish(arguments: argparse.Namespace, settings: "Settings", progress: "Progress") -> tuple[str, DatabaseError | None]:
    from careen.app.publishing import publish_database
    from careen.output.lines import plural

    if arguments.keys is None:
        raise UsageError("nothing to sign with", "careen db keys DIR makes keys; --keys DIR names them")
    done = publish_database(
        arguments.names, arguments.keys, settings, progress,
        full=arguments.full, accept=arguments.accept, anew=arguments.anew, all_licences=arguments.all_licences,
    )  # fmt: skip
    lines = [f"version {done.version}: {plural(done.layers, 'layer')}, {done.bytes:,} bytes", done.digest, *done.published]
    lines += [
        f"not published, for its licence does not allow it: {name} ({licence}); --all-licences publishes it"
        for name, licence in done.withheld.items()
    ]
    text = "".join(f"{_shown(line)}\n" for line in lines)
    if done.failed:
        told = "; ".join(f"{place}: {why}" for place, why in done.failed.items())
        hint = "the others have it; to publish once more sends there what they lack"
        return text, DatabaseError(f"not published at {told}", hint)
    return text, _failure(done.update, f"publish {' '.join(map(quote, arguments.names))} --keys {quote(str(arguments.keys))}")


def _keys(arguments: argparse.Namespace) -> str:
    from careen.app.publishing import make_publisher

    folder = Path(arguments.names[0])
    root = make_publisher(folder, arguments.rotate, renew=arguments.renew, root_keys=arguments.root_keys)
    return f"{_shown(str(root))}: give it to those who pull; keep the other files of {_shown(str(folder))} secret\n"


def _failure(result: "UpdateResult", command: str = "update") -> DatabaseError | None:
    """Of feeds that assess images. Scores and dates that could not be had are told, and keep their last values."""
    for name, detail in _by_reason([feed for feed in result.failed if not feed.assesses]):
        log.warning("%s could not be brought up to date: %s", name, detail)
    failed = [feed for feed in result.failed if feed.assesses]
    if not failed:
        return None
    held = [feed.path for feed in failed if feed.trouble == "held_back"]
    names = ", ".join(f"{name} ({detail})" for name, detail in _by_reason(failed))
    others = "the others are up to date; " if any(feed.state in ("updated", "unchanged") for feed in result.feeds) else ""
    hint = f"{others}what the database had of these stays, with its age"
    if held:
        hint += f"; if it is right: careen db {command} {' '.join(f'--accept {quote(path)}' for path in held)}"
    return DatabaseError(f"could not update {names}", hint)


def _by_reason(failed: "Sequence[FeedResult]") -> Iterator[tuple[str, str]]:
    """Each failure with what failed so: a file, or as many of a source."""
    groups: dict[tuple[str, str], list[str]] = {}
    for feed in failed:
        groups.setdefault((feed.source, feed.detail), []).append(feed.path)
    for (source, detail), paths in groups.items():
        yield paths[0] if len(paths) == 1 else f"{len(paths)} files of {source}", detail


def _background(settings: "Settings") -> str:
    """How the last refresh that was finished in the background ended."""
    from careen.database.knowledge import database_path
    from careen.database.refreshlog import last_line, log_beside

    log = log_beside(database_path(settings.cache_dir))
    line = last_line(log)
    return f"\nlast refresh in the background: {_shown(line)} ({_shown(str(log))})\n" if line else ""


def _kept(result: "UpdateResult") -> str:
    """What was healed, and what an update did not touch, by the reason."""
    from careen.output.lines import plural

    healed = "".join(
        f"{_shown(feed.path)}: {_shown(feed.detail)}\n" for feed in result.feeds if feed.state == "updated" and feed.detail
    )
    groups: dict[str, dict[str, int]] = {}
    for feed in result.kept:
        group = groups.setdefault(feed.detail, {})
        group[feed.source] = group.get(feed.source, 0) + 1
    if not groups:
        return healed
    lines = [
        healed,
        f"{plural(len(result.kept), 'feed')} kept as they were, with their age (careen db forget SOURCE removes one):",
    ]
    for detail, group in groups.items():
        listed = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in sorted(group.items()))
        lines.append(f"  {_shown(detail)}: {_shown(listed)}")
    return "\n".join(lines) + "\n"


def _where(settings: "Settings") -> str:
    from careen.signing import anchor

    if settings.db_from or settings.db_artifact or anchor.DATABASE:
        return ""
    return "\nThis installation knows no published database (db_artifact in the settings): the feeds were read.\n"


def _stayed(rows: "Sequence[FeedRow]") -> str:
    """What was taken over from the database that was in use before."""
    from careen.database.buckets import label_of
    from careen.output.lines import plural

    if not rows:
        return ""
    listed = ", ".join(sorted({label_of(row) for row in rows}))
    told = f"{plural(len(rows), 'feed')} kept, which the other lacks, has of an earlier day, or has less of: {_shown(listed)}"
    return f"\n{told} (--replace keeps nothing)\n"


def _forgotten(rows: "Sequence[FeedRow]") -> str:
    from careen.output.lines import plural

    records = sum(row.records for row in rows)
    return f"{plural(len(rows), 'feed')} with {records:,} records removed; the next update that offers them brings them back\n"


def _list(found: "Sequence[DatabaseInfo]") -> str:
    if not found:
        raise DatabaseError("there is no advisory database", "careen db update makes one")
    lines = [f"{'BUILT':<19}  {'RECORDS':>9}  {'SIZE':>9}  {'DATA OF':<24}  FILE"]
    for info in found:
        days = sorted({source.as_of[:10] for source in info.sources if source.as_of}) or ["-"]
        span = " to ".join(dict.fromkeys((days[0], days[-1])))
        size = f"{Path(info.path).stat().st_size / 1e6:.1f} MB"
        records = sum(source.records for source in info.sources)
        built = info.built[:19].replace("T", " ")
        lines.append(f"{_shown(built):<19}  {records:>9,}  {size:>9}  {_shown(span):<24}  {_shown(Path(info.path).name)}")
    return "\n".join(lines) + "\n"


def _shown(text: str) -> str:
    from careen.output.escape import visible

    return visible(text)


def _seeded(facts: "ArchiveFacts", target: Path) -> str:
    from careen.output.escape import visible
    from careen.output.lines import plural

    lines = [f"{visible(str(target))}, {target.stat().st_size:,} bytes"]
    for codename, release in facts.releases.items():
        cves = {cve for source in release.sources.values() for found in source.cves_by_version.values() for cve in found}
        told = f"{plural(len(release.sources), 'source package')}, {plural(len(cves), 'CVE')}"
        lines.append(f"{codename}, {release.as_of[:10]}: {told}")
        lines.append(f"  {visible(release.detail)}")
    return "\n".join(lines) + "\n"


def _json(value: object) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _text(info: "DatabaseInfo", verbose: bool) -> str:
    """One line a source; with ``verbose`` one a feed of it. What a source has to say of itself stands below."""
    from careen.database.knowledge import DERIVED
    from careen.output.escape import visible
    from careen.output.lines import plural

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
        told = [source for source in sources if verbose or not source.derived]
        notes |= {f"{name}: {source.detail}": None for source in told if source.detail}
    derived = sum(source.derived for source in info.sources)
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

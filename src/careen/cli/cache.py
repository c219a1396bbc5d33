"""``careen cache``: lists the cache folder, and removes entries that can be fetched or read again."""

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from careen.errors import UsageError
from careen.output.escape import visible

from .arguments import Parser, add_common, add_settings
from .settings import loaded_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from careen.app.caching import Cache, Holding, Kind, Pruned
    from careen.config import Settings

SCHEMA = "careen.cache/1"
ACTIONS = ("list", "size", "prune", "clear")
WHAT = {
    "images": "blobs of pulled images",
    "exports": "images exported by an engine",
    "layers": "results of reading layers",
    "archive": "files of distributions' archives",
    "kept": "earlier databases",
    "scores": "scores that were fetched one by one",
    "partial": "unfinished downloads",
    "logs": "logs of background refreshes",
    "database": "the database in use",
    "other": "files that are not Careen's",
}
WHY = {
    "updating": "another process updates the database",
    "in_use": "used within a day, while another process uses the cache",
    "changed": "used or removed in the meantime",
}


def parser() -> Parser:
    kinds = "".join(f"  {kind:<10}{what}\n" for kind, what in WHAT.items())
    made = Parser(
        prog="careen cache",
        usage="careen cache [ACTION] [flags] [KIND …]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Show what is in the cache folder, and remove what can be fetched or read again.",
        epilog=f"""\
actions:
  list      by kind: size and age (the default)
  size      print the total size in bytes
  prune     remove old entries, or all beyond a size
  clear     remove everything but the database in use

kinds (prune and clear: all, if none is named):
{kinds}""",
    )
    made.add_argument("action", nargs="?", choices=ACTIONS, default="list", metavar="ACTION", help="see below")
    made.add_argument("kinds", metavar="KIND", nargs="*", default=[], help="only this kind: see below")
    made.add_argument("-f", "--format", dest="written", choices=["text", "json"], default="text", help="text or json")
    made.add_argument(
        "--older-than", metavar="DAYS", type=_days, help="prune: what was not used for this many days (default: 30)"
    )
    made.add_argument("--max-size", metavar="SIZE", type=_size, help="prune: down to this size: 512M, 20G")
    made.add_argument("--dry-run", action="store_true", help="prune, clear: show what would be removed, and remove nothing")
    made.add_argument("--yes", action="store_true", help="clear: do not ask for confirmation")
    add_settings(made, "bounds", ("cache_max_size", "quiet"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.caching import cache_contents, prune_cache

    from .log import start

    kinds = _kinds(arguments)
    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    as_json = arguments.written == "json"
    if arguments.action in ("list", "size"):
        cache = cache_contents(settings)
        if as_json:
            _write_json(_document(cache))
        else:
            sys.stdout.write(f"{cache.size}\n" if arguments.action == "size" else _table(cache))
        return 0
    clears = arguments.action == "clear"
    if clears and not arguments.yes and not arguments.dry_run and not _confirmed(settings, kinds):
        sys.stderr.write("nothing was removed\n")
        return 0
    pruned = prune_cache(
        settings,
        kinds,
        older_than_days=0 if clears else arguments.older_than,
        max_size=None if clears else arguments.max_size,
        dry_run=arguments.dry_run,
    )
    if as_json:
        _write_json(_freed_document(pruned))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _pruned_lines(pruned))
    return 0


def _kinds(arguments: argparse.Namespace) -> "Sequence[Kind]":
    from careen.app.caching import REMOVABLE
    from careen.config import nearest

    for kind in arguments.kinds:
        if arguments.action not in ("prune", "clear"):
            raise UsageError(f"careen cache {arguments.action} takes no kind", "careen cache --help")
        if kind == "database":
            raise UsageError("the database in use is not removed", "careen db forget SOURCE removes a part of it")
        if kind not in REMOVABLE:
            near = nearest(kind, REMOVABLE)
            raise UsageError(
                f"{kind!r} is not a kind that can be removed", f"did you mean {near}?" if near else ", ".join(REMOVABLE)
            )
    for flag, value in (("--older-than", arguments.older_than), ("--max-size", arguments.max_size)):
        if value is not None and arguments.action != "prune":
            raise UsageError(f"{flag} is for careen cache prune", "careen cache --help")
    found: Sequence[Kind] = arguments.kinds
    return found


def _confirmed(settings: "Settings", kinds: "Sequence[Kind]") -> bool:
    from careen.app.caching import prune_cache

    if not sys.stdin.isatty():
        raise UsageError("careen cache clear asks before it removes anything", "--yes removes it without asking")
    size = sum(entry.size for entry in prune_cache(settings, kinds, older_than_days=0, dry_run=True).freed)
    sys.stderr.write(f"remove {', '.join(kinds) or 'everything but the database in use'} ({_shown_size(size)})? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _table(cache: "Cache") -> str:
    limits = {kind: getattr(cache.limits, kind) for kind in cache.limits.__struct_fields__}
    lines = [visible(str(cache.folder)), ""]
    lines.append(f"{'KIND':<9}  {'COUNT':>7}  {'SIZE':>9}  {'AT MOST':>8}  {'LAST USED':<10}  {'OLDEST':<10}  WHAT")
    for entry in cache.holdings:
        most = _shown_size(limits[entry.kind]) if entry.kind in limits else "-"
        days = f"{_day(entry.last) or '-':<10}  {_day(entry.oldest) or '-':<10}"
        lines.append(f"{entry.kind:<9}  {entry.count:>7,}  {_shown_size(entry.size):>9}  {most:>8}  {days}  {WHAT[entry.kind]}")
    if not cache.holdings:
        lines.append("nothing")
    return "\n".join([*lines, "", f"{_shown_size(cache.size)} in all"]) + "\n"


def _pruned_lines(pruned: "Pruned") -> "Iterator[str]":
    from careen.output.lines import plural

    verb = "would free" if pruned.dry_run else "freed"
    for entry in pruned.freed:
        yield f"{entry.kind:<9}  {entry.count:>7,}  {_shown_size(entry.size):>9}  {WHAT[entry.kind]}"
    for left in pruned.left:
        yield f"{left.kind}: {plural(left.count, 'entry')} left ({_shown_size(left.size)}): {WHY[left.why]}"
    yield f"{verb} {_shown_size(sum(entry.size for entry in pruned.freed))}"


def _document(cache: "Cache") -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "folder": str(cache.folder),
        "size": cache.size,
        "kinds": [_holding(entry) for entry in cache.holdings],
        "limits": {kind: getattr(cache.limits, kind) for kind in cache.limits.__struct_fields__},
    }


def _holding(entry: "Holding") -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "count": entry.count,
        "size": entry.size,
        "oldest": _moment(entry.oldest),
        "last_used": _moment(entry.last),
        "removable": entry.removable,
    }


def _freed_document(pruned: "Pruned") -> dict[str, Any]:
    import msgspec

    return {
        "schema": SCHEMA,
        "folder": str(pruned.folder),
        "dry_run": pruned.dry_run,
        "freed": msgspec.to_builtins(pruned.freed),
        "left": msgspec.to_builtins(pruned.left),
    }


def _write_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=1) + "\n")


def _moment(used: float) -> str | None:
    try:
        return datetime.fromtimestamp(used, UTC).isoformat(timespec="seconds") if used else None
    except (OverflowError, ValueError, OSError):  # the clock was wrong
        return None


def _day(used: float) -> str:
    return (_moment(used) or "")[:10]


def _shown_size(size: int) -> str:
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size} B"


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return days


def _size(text: str) -> int:
    from careen.safety.cache_limits import parse_size

    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None

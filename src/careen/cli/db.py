"""``careen db``: brings the advisory database up to date, or shows what it holds and how old that is."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from careen.errors import DatabaseError

from .arguments import Parser, add_common, add_settings, given

if TYPE_CHECKING:
    from careen.model.advisory import DatabaseInfo


def parser() -> Parser:
    made = Parser(prog="careen db", description="Update the advisory database, or show what it holds.")
    made.add_argument("action", choices=["update", "status"], help="update: fetch and build; status: sources and ages")
    made.add_argument("--json", action="store_true", help="status for programs")
    add_settings(made, "update", ("db_from", "offline", "no_progress", "quiet"), {"db_from": "--from"})
    add_settings(made, "network", ("insecure", "ca_file", "timeout"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen import app
    from careen.config import load

    from .log import start
    from .progress import progress_on

    settings = load(given(arguments), file=arguments.config).settings
    start(settings.log_level, settings.quiet)
    if arguments.action == "update":
        with progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
            result = app.update_database(settings, progress)
        if not settings.quiet:
            sys.stdout.write(_text(app.database_status(settings)))
        if result.failed:
            names = ", ".join(f"{feed.path} ({feed.detail})" for feed in result.failed)
            raise DatabaseError(f"could not update {names}", "the others are up to date; of these the old data is kept")
        return 0
    info = app.database_status(settings)
    sys.stdout.write(_json(info) if arguments.json else _text(info))
    return 0


def _json(info: "DatabaseInfo") -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(info), indent=2).decode() + "\n"


def _text(info: "DatabaseInfo") -> str:
    from careen.formats.escape import visible

    now = datetime.now(UTC)
    lines = [f"{visible(info.path)}, built {visible(info.built)}", ""]
    lines.append(f"{'SOURCE':<12} {'DATA OF':<21} {'RECORDS':>9}  {'FETCHED':<14} NOTE")
    lines += [
        f"{visible(source.name):<12} {visible(source.as_of) or '-':<21} {source.records:>9,}  "
        f"{_age(source.fetched, now):<14} {visible(source.detail)}".rstrip()
        for source in info.sources
    ]
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

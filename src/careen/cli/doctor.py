"""``careen doctor``: checks whether this machine has all that a scan, or a server, needs, and ends with advice."""

import argparse
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import Parser, add_common, add_settings
from .assessing import add_format_flag, settings_of, with_progress, write_json

if TYPE_CHECKING:
    from careen.app.doctor import Line

SCHEMA = "careen.doctor/1"
MARKS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}


def parser() -> Parser:
    made = Parser(
        prog="careen doctor",
        usage="careen doctor [flags]\n       careen doctor --server [--data DIR | --database URL] [flags]",
        description="Look at what a scan needs on this machine: network, proxies, credentials (names only), cache, advisory "
        "database, versions and clock. With --server: what a server needs. Ends with what to do.",
        epilog="Exit codes: 0 nothing to do, or notes only; 2 usage; 3 there is a problem.",
    )
    add_format_flag(made)
    group = made.add_argument_group("server")
    group.add_argument("--server", action="store_true", dest="of_server", help="look at the fleet of careen serve")
    group.add_argument("--data", metavar="DIR", type=Path, default=Path("careen-data"), help="folder of the fleet's data")
    group.add_argument("--database", metavar="URL", help="postgresql://USER@HOST/NAME (default: SQLite in the folder)")
    group.add_argument("--database-file", metavar="FILE", type=Path, help="file with the URL")
    group.add_argument("--key-file", metavar="FILE", type=Path, help="the secret key of the fleet (default: DATA/secret.key)")
    add_settings(made, "registry", ("registry_username", "docker_config", "mirrors", "plain_http", "insecure", "ca_file"))
    add_settings(made, "advisories", ("offline", "db", "db_max_age", "db_from", "db_artifact"))
    add_settings(made, "messages", ("quiet", "no_progress", "timeout"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.doctor import examine, state_of

    settings = settings_of(arguments)
    if arguments.of_server:
        lines = _server(arguments)
    else:
        lines = with_progress(settings, lambda progress: examine(settings, progress=progress))
    if arguments.form == "json":
        import msgspec

        write_json({"schema": SCHEMA, "state": state_of(lines), "lines": msgspec.to_builtins(lines)})
    else:
        _print(lines, quiet=settings.quiet)
    return 3 if state_of(lines) == "problem" else 0


def _server(arguments: argparse.Namespace) -> "tuple[Line, ...]":
    from .serve import database_of, require_extra

    require_extra()
    from careen.fleet.doctor import examine_server

    return examine_server(database_of(arguments), arguments.data, arguments.key_file)


def _print(lines: "Sequence[Line]", *, quiet: bool) -> None:
    """Prints the results topic by topic, and at the end all advice once more, problems first. ``quiet`` leaves out
    results without a problem."""
    from .output import write_lines

    for topic, group in groupby(lines, lambda line: line.topic):
        shown = [line for line in group if not quiet or line.state != "ok"]
        if shown:
            write_lines([topic, *(f"  {MARKS[line.state]} {_visible(line.text)}" for line in shown)])
    wrong = sorted((line for line in lines if line.state != "ok"), key=lambda line: line.state != "problem")
    todo = dict.fromkeys(f"{_visible(line.advice)}" for line in wrong if line.advice)
    sys.stdout.write("\n")
    if not todo:
        write_lines(["Nothing to do."])
        return
    write_lines(["What to do:", *(f"  {number}. {advice}" for number, advice in enumerate(todo, 1))])


def _visible(text: str) -> str:
    from careen.output.escape import visible

    return visible(text, 400)

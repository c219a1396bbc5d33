"""``careen behaviour``: the signs of risk in an image or folder, and what a new version can do that the old one could not."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from careen.errors import UsageError

from . import behaviour_names
from .arguments import BOUNDS, NETWORK, Parser, add_common, add_settings
from .assessing import add_format_flag, settings_of, with_progress

if TYPE_CHECKING:
    from careen.app.behaviour import Behaviour
    from careen.config import Settings
    from careen.model.finding import BehaviourFinding

SCHEMA, DRIFT_SCHEMA = "careen.behaviour/1", "careen.drift/1"
COLUMNS = ("SEVERITY", "ID", "WHAT", "WHERE")
PLACED_BESIDE = ("COD-", "LIF-", "UDF-")  # rules whose messages do not begin with the file
DRIFT_COLUMNS = ("SEVERITY", "SCORE", "FILE", "GAINED")


class _Parser(Parser):
    """Passes the arguments of ``names`` to a parser of its own, since its flags are others."""

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        if list(arguments[:1]) != ["names"]:
            return super().read(arguments)
        read: argparse.Namespace = behaviour_names.parser().read(arguments[1:])
        read.words = ["names"]
        return read


def parser() -> Parser:
    made = _Parser(
        prog="careen behaviour",
        usage="careen behaviour [flags] REFERENCE\n       careen behaviour [flags] diff OLD NEW\n"
        "       careen behaviour [flags] names NAME …",
        description="List the signs of risk that no advisory names: how programs were built, what runs by itself, what "
        "programs and scripts can do. With diff, what a new version can do that the old one could not.",
        epilog="No tool can name an unpublished vulnerability: these are signs, and most have a harmless reason. "
        "Exit codes: 0 done, 2 usage, 3 could not complete. Gates: careen scan --scanners behaviour --fail-on behaviour:high.",
    )
    made.add_argument(
        "words",
        metavar="REFERENCE",
        nargs="+",
        help="an image, an archive, a folder; or diff and two of them; or names and names",
    )
    add_format_flag(made, ("table", "json"))
    made.add_argument("--all-files", action="store_true", help="examine files of the distribution's packages, too")
    add_settings(made, "what to look for", ("behaviour_parts", "behaviour_rules", "changelogs"))
    add_settings(made, "image", ("platform",))
    add_settings(made, "registry and network", NETWORK)
    add_settings(made, "reading", ("jobs", "no_cache", *BOUNDS))
    add_settings(made, "messages", ("quiet", "no_progress"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    words = arguments.words
    if words[0] == "names":
        return int(behaviour_names.run(arguments))
    settings = settings_of(arguments)
    if words[0] == "diff":
        if len(words) != 3:
            raise UsageError("diff takes two references", "careen behaviour diff OLD NEW")
        return _diff(words[1], words[2], settings, arguments.form)
    if len(words) != 1:
        raise UsageError("one reference at a time", "careen behaviour REFERENCE, or careen behaviour diff OLD NEW")
    from careen.app.behaviour import behaviour_of

    found = with_progress(settings, lambda progress: behaviour_of(words[0], settings, progress, all_files=arguments.all_files))
    writers: dict[str, Callable[[Behaviour, TextIO], None]] = {"table": _write_table, "json": _write_json}
    writers[arguments.form](found, sys.stdout)
    return 0


def _write_table(found: "Behaviour", stream: TextIO) -> None:
    from careen.output.behaviour import behaviour_line
    from careen.output.escape import visible
    from careen.output.lines import plural

    from .columns import write_columns

    stream.write(f"{visible(found.reference)}: {behaviour_line(found.summary)}\n\n")
    rows = [(finding.severity, finding.id, finding.title, _where(finding)) for finding in found.findings]
    if rows:
        write_columns(COLUMNS, rows, stream)
        stream.write("\n")
    if found.unknowns:
        stream.write(f"{plural(len(found.unknowns), 'file')} could not be read completely (--format json lists them)\n")


def _where(finding: "BehaviourFinding") -> str:
    place = finding.location
    if not place.path or not finding.id.startswith(PLACED_BESIDE):
        return finding.message
    return f"/{place.path}{f':{place.line}' if place.line else ''}: {finding.message}"


def _write_json(found: "Behaviour", stream: TextIO) -> None:
    import msgspec

    from careen.output.json_text import write_json

    write_json({"schema": SCHEMA, **msgspec.to_builtins(found)}, stream)


def _diff(old: str, new: str, settings: "Settings", form: str) -> int:
    import msgspec

    from careen.app.behaviour import drift_between
    from careen.output.json_text import write_json
    from careen.output.lines import plural

    from .columns import write_columns

    found, unknowns = with_progress(settings, lambda progress: drift_between(old, new, settings, progress))
    if form == "json":
        listed = [{"severity": drift.severity, **msgspec.to_builtins(drift)} for drift in found]
        unread = [msgspec.to_builtins(unknown) for unknown in unknowns]
        write_json({"schema": DRIFT_SCHEMA, "old": old, "new": new, "drifts": listed, "unknowns": unread}, sys.stdout)
        return 0
    from careen.app.behaviour import drift_lines

    if not found:
        sys.stdout.write("no program or script can do more than before\n")
    else:
        write_columns(DRIFT_COLUMNS, list(drift_lines(found)), sys.stdout)
    if unknowns:
        sys.stdout.write(f"{plural(len(unknowns), 'file')} could not be read completely (--format json lists them)\n")
    return 0

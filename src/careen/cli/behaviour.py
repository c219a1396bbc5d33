"""``careen behaviour``: the signs of risk in an image or folder, and what a new version can do that the old one could not."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from careen.errors import UsageError

from . import behaviour_names
from .arguments import BOUNDS, NETWORK, Parser, add_common, add_settings
from .assessing import add_format_flag, settings_of, with_progress

if TYPE_CHECKING:
    from careen.app.behaviour import Behaviour
    from careen.behaviour.drift import Drift
    from careen.config import Settings
    from careen.model.finding import BehaviourFinding
    from careen.model.inventory import Unknown

SCHEMA, DRIFT_SCHEMA = "careen.behaviour/1", "careen.drift/1"
MAX_PLACES = 10  # that the text lists for one sign
PLACED_BESIDE = ("COD-", "LIF-", "MAL-0", "UDF-")  # rules whose messages do not begin with the file
MAX_REASONS = 5  # that the text lists for files that were not assessed


class _Parser(Parser):
    """A parser that passes the arguments after ``names`` to another parser, since ``names`` has other flags."""

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
        help="an image, an archive, a folder; or the word diff and two of them; or the word names and names of packages",
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
    if arguments.form == "json":
        _write_json(found, sys.stdout)
        return 0
    from .output import write_lines

    write_lines(_lines(found))
    return 0


def _lines(found: "Behaviour") -> Iterator[str]:
    """The text: each sign with its places below it, and what to do about it."""
    from careen.output.behaviour import behaviour_line
    from careen.output.escape import visible

    yield f"{visible(found.reference)}: {behaviour_line(found.summary).removeprefix('behaviour: ') or 'nothing to examine'}"
    groups: dict[tuple[str, str, str], list[BehaviourFinding]] = {}
    for finding in found.findings:
        groups.setdefault((finding.severity, finding.id, finding.fix), []).append(finding)
    for (severity, id, fix), findings in groups.items():
        yield ""
        yield f"{severity}  {id}  {visible(findings[0].title)}"
        yield from (f"  {visible(_where(finding), 500)}" for finding in findings[:MAX_PLACES])
        if len(findings) > MAX_PLACES:
            yield f"  and {len(findings) - MAX_PLACES:,} more (--format json lists them)"
        yield f"  fix: {visible(fix, 500)}"
    if found.unknowns:
        yield ""
        yield from _unassessed(found.unknowns)


def _unassessed(unknowns: "Sequence[Unknown]") -> Iterator[str]:
    from careen.output.escape import visible
    from careen.output.lines import plural

    yield f"not assessed, for {plural(len(unknowns), 'reason')}:"
    for unknown in unknowns[:MAX_REASONS]:
        place = f"/{unknown.evidence.path}: " if unknown.evidence.path else ""
        yield f"  {visible(place + unknown.reason, 500)}"
    if len(unknowns) > MAX_REASONS:
        yield f"  and {len(unknowns) - MAX_REASONS:,} more (--format json lists them)"


def _where(finding: "BehaviourFinding") -> str:
    place = finding.location
    if not place.path or not finding.id.startswith(PLACED_BESIDE):
        return finding.message
    return f"{finding.message} (/{place.path}{f':{place.line}' if place.line else ''})"


def _write_json(found: "Behaviour", stream: TextIO) -> None:
    import msgspec

    from careen.output.json_text import write_json

    write_json({"schema": SCHEMA, **msgspec.to_builtins(found)}, stream)


def _diff(old: str, new: str, settings: "Settings", form: str) -> int:
    import msgspec

    from careen.app.behaviour import drift_between
    from careen.output.json_text import write_json

    from .output import write_lines

    found, unknowns = with_progress(settings, lambda progress: drift_between(old, new, settings, progress))
    if form == "json":
        listed = [{"severity": drift.severity, **msgspec.to_builtins(drift)} for drift in found]
        unread = [msgspec.to_builtins(unknown) for unknown in unknowns]
        write_json({"schema": DRIFT_SCHEMA, "old": old, "new": new, "drifts": listed, "unknowns": unread}, sys.stdout)
        return 0
    write_lines(_drift_text(found, unknowns))
    return 0


def _drift_text(found: "Sequence[Drift]", unknowns: "Sequence[Unknown]") -> Iterator[str]:
    if not found:
        yield "no program or script can do more than before"
    for drift in found:
        yield from drift_lines(drift)
    if found:
        yield ""
        yield "Release notes should explain why a file can do more. High severity means a new chain: find its reason first."
    if unknowns:
        yield ""
        yield from _unassessed(unknowns)


def drift_lines(drift: "Drift") -> Iterator[str]:
    """The file, the versions of its package, and what it gained."""
    from careen.output.escape import visible

    yield f"{drift.severity:<8}  score {drift.score:>4g}  /{visible(drift.path, 500)}{' (new file)' if drift.is_new else ''}"
    if drift.package:
        yield f"  {visible(_named(drift.before) or '-')} -> {visible(_named(drift.package))}"
    yield f"  can now: {visible(', '.join((*drift.chains, *drift.gained)))}"


def _named(purl: str) -> str:
    """Type, name and version, as in ``deb debian/openssl 3.0.1``."""
    from urllib.parse import unquote

    name, _, version = purl.partition("?")[0].removeprefix("pkg:").rpartition("@")
    type, _, rest = name.partition("/")
    return unquote(f"{type} {rest} {version}") if rest else purl

"""``careen registry scan``: every image of a registry; a report of each in a folder, and one summary.

``add``, ``list``, ``remove``, ``test`` and ``rotate-key`` are about the registries that a server scans (``server_registries``).
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from careen.errors import UsageError

from .arguments import ADVISORIES, BOUNDS, NETWORK, Parser, add_common, add_settings
from .server_registries import SERVER_ACTIONS, add_server_flags
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.model.report import Report
    from careen.registries.listing import Failure
    from careen.registries.state import Done
    from careen.registries.summary import Summary

WORST, BASES, NEWS, FAILED = 10, 5, 20, 5
_ASSESSED = {"assessed": "whole", "partially_assessed": "in part", "not_assessed": "none"}
SUMMARY = "summary.json"


def parser() -> Parser:
    made = Parser(
        prog="careen registry",
        usage="careen registry scan [flags] HOST[/NAMESPACE]\n"
        "       careen registry add --database URL --project NAME [flags] HOST\n"
        "       careen registry remove|test --database URL [flags] HOST\n"
        "       careen registry list|rotate-key --database URL [flags]",
        description="Scan every image of a registry. Each unique layer is read once; an interrupted run can be continued. "
        "Or add a registry to a server, which scans its images and keeps them up to date.",
        epilog="The folder gets images/DIGEST.json for each image, summary.json, and the state of the run. The same command "
        "continues an interrupted run; after a complete run it reports what is new since then.",
    )
    made.add_argument(
        "action",
        choices=["scan", *SERVER_ACTIONS],
        help="scan: scan every image; add, list, remove, test: the registries of a server; rotate-key: a new secret key",
    )
    made.add_argument("target", metavar="HOST[/NAMESPACE]", nargs="?", help="the registry, or the prefix of its repositories")
    group = made.add_argument_group("images")
    group.add_argument(
        "--include", metavar="PATTERN", action="append", default=[], help="REPOSITORY[:TAG] to scan, with * and ?"
    )
    group.add_argument("--exclude", metavar="PATTERN", action="append", default=[], help="REPOSITORY[:TAG] to leave out")
    group.add_argument("--newest", metavar="N", type=int, help="only the N newest images of each repository")
    group.add_argument("--output-dir", metavar="DIR", type=Path, help="folder of the reports (default: careen-HOST)")
    group.add_argument("--restart", action="store_true", help="start from the beginning, even if a run was interrupted")
    group.add_argument("--json", action="store_true", help="print the summary or the list as JSON")
    add_server_flags(made)
    add_settings(made, "image", ("platform", "referrers", "trust_key"))
    add_settings(made, "report", ("verbose", "quiet"))
    add_settings(made, "what to look for", ("scanners",))
    gates = ("fail_on", "grace_days", "exclude_base", "ignore_unfixed", "severity_from", "unknown_as", "strict", "accept")
    add_settings(made, "policy", (*gates, "require_signature"))
    add_settings(made, "what to suppress", ("ignore_file", "vex", "image_vex"))
    add_settings(made, "advisories", ADVISORIES)
    add_settings(made, "registry and network", NETWORK)
    reading = add_settings(made, "reading", ("verify_diff_ids", *BOUNDS))
    reading.add_argument(
        "--jobs",
        metavar="N",
        default=argparse.SUPPRESS,
        help="images to scan at the same time (default: one per processor, from 4 to 8)",
    )
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    if arguments.action in SERVER_ACTIONS:
        from .server_registries import run as run_for_server

        return run_for_server(arguments)
    from careen.registries.listing import Wanted
    from careen.registries.scan import Order, parse_target, scan_registry

    from .log import start

    if arguments.target is None:
        raise UsageError("missing HOST[/NAMESPACE]", "careen registry --help")
    if arguments.newest is not None and arguments.newest < 1:
        raise UsageError(f"--newest must be at least 1, not {arguments.newest}", "careen registry --help")
    loaded = loaded_settings(arguments)
    settings = loaded.settings
    start(settings.log_level, settings.quiet)
    host, namespace = parse_target(arguments.target)
    folder = arguments.output_dir or Path(f"careen-{host.replace(':', '-').strip('[]')}")
    wanted = Wanted(tuple(arguments.include), tuple(arguments.exclude), arguments.newest)

    def show(count: int, total: int, latest: "Done | Failure") -> None:
        if not settings.quiet:
            sys.stderr.write(f"[{count}/{total}] {_latest(latest)}\n")

    try:
        summary = scan_registry(Order(host, namespace, folder, wanted, arguments.restart), settings, _write, show, alone=True)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: the same command continues this run\n")
        raise
    _write_summary(folder / SUMMARY, summary)
    if arguments.json:
        _json(summary, sys.stdout)
    else:
        write_table(summary, sys.stdout, settings.verbose)
        sys.stdout.write(f"\nReports: {folder}\n")
    return summary.exit_code


def write_table(summary: "Summary", stream: TextIO, verbose: bool = False) -> None:
    from careen.output.escape import visible

    from .columns import write_columns

    layers, images = summary.layers, summary.images
    stream.write(
        f"{visible(summary.registry)}: {summary.repositories} repositories, {summary.tags} tags, {len(images)} images; "
    )
    stream.write(f"{layers.references} layers, {layers.unique} of them unique, {layers.read} read now\n")
    stream.write(f"{_counts(summary.by_severity) or 'nothing was found'}\n")
    worst = [line for line in images if any(line.by_severity.values())]
    if worst:
        rows = [
            (
                line.references[0] + (f" and {len(line.references) - 1} more" if len(line.references) > 1 else ""),
                *(str(line.by_severity[name]) for name in ("critical", "high", "medium")),
                str(line.fixable),
                f"{line.risk:.1f}",
                _ASSESSED.get(line.coverage, line.coverage),
            )
            for line in worst[: None if verbose else WORST]
        ]
        stream.write("\nWorst images\n")
        write_columns(("IMAGE", "CRITICAL", "HIGH", "MEDIUM", "FIXABLE", "RISK", "ASSESSED"), rows, stream)
    if summary.bases:
        stream.write("\nShared base layers\n")
        bases = [
            (
                str(base.images),
                f"{base.size_bytes / 1e6:.1f} MB",
                str(len(base.layers)),
                ", ".join((base.references or base.claimed)[:3]) or base.layers[-1][:19],
            )
            for base in summary.bases[: None if verbose else BASES]
        ]
        write_columns(("IMAGES", "SIZE", "LAYERS", "BASE"), bases, stream)
    _write_news(summary, stream, verbose)
    for failure in summary.troubles:
        if not failure.no_image:
            stream.write(f"\nnot scanned: {visible(failure.reference)}: {visible(failure.error, 300)}")
    stream.write("\n" if summary.troubles else "")
    others = [failure for failure in summary.troubles if failure.no_image]
    if others:
        more = f", and {len(others) - 1} more ({SUMMARY})" if len(others) > 1 else ""
        stream.write(f"\nno image: {visible(others[0].reference)}: {visible(others[0].error, 300)}{more}\n")
    for exit_code in (1, 3):
        _write_failed(exit_code, summary, stream, verbose)


def _write_failed(exit_code: int, summary: "Summary", stream: TextIO, verbose: bool) -> None:
    from careen.output.escape import visible
    from careen.output.outcome import failed_word

    failed = [line for line in summary.images if line.exit_code == exit_code]
    if not failed:
        return
    stream.write(f"\n{failed_word(exit_code)}: {len(failed)} of {len(summary.images)} images\n")
    shown = failed if verbose else failed[:FAILED]
    stream.writelines(f"  {visible(line.references[0])}: {visible(line.why, 300)}\n" for line in shown)
    if len(failed) > len(shown):
        stream.write(f"  and {len(failed) - len(shown)} more: --verbose, or {SUMMARY}\n")


def _write_news(summary: "Summary", stream: TextIO, verbose: bool) -> None:
    from careen.output.escape import visible

    if summary.news is None:
        return
    stream.write(f"\nNew since the last run: {len(summary.news) or 'nothing'}\n")
    for news in summary.news[: None if verbose else NEWS]:
        what = "new image" if news.is_new else ", ".join(map(visible, news.ids))
        stream.write(f"  {visible(news.reference)}: {_counts(news.by_severity) or 'nothing found'} ({what})\n")
    if len(summary.news) > NEWS and not verbose:
        stream.write(f"  and {len(summary.news) - NEWS} more: --verbose, or {SUMMARY}\n")


def _latest(latest: "Done | Failure") -> str:
    from careen.output.escape import visible
    from careen.registries.listing import Failure

    if isinstance(latest, Failure):
        return f"{visible(latest.reference)}: {visible(latest.error, 300)}"
    counts: dict[str, int] = {}
    for found in latest.found:
        counts[found.severity] = counts.get(found.severity, 0) + 1
    return f"{visible(latest.references[0])}: {_counts(counts) or 'nothing found'}"


def _counts(by_severity: dict[str, int]) -> str:
    from careen.model.advisory import SEVERITIES

    return ", ".join(f"{by_severity[name]} {name}" for name in SEVERITIES if by_severity.get(name))


def _write(path: Path, report: "Report") -> None:
    from careen.plugins import ReportOptions
    from careen.reports.json import write

    from .output import write_file

    write_file(path, lambda stream: write(report, stream, ReportOptions()))


def _write_summary(path: Path, summary: "Summary") -> None:
    from .output import write_file

    write_file(path, lambda stream: _json(summary, stream))


def _json(summary: "Summary", stream: TextIO) -> None:
    import msgspec

    from careen.output.json_text import write_json

    write_json(msgspec.to_builtins(summary), stream)

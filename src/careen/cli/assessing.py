"""Functions that the commands for assessing an image share: flags, settings, and progress on a terminal."""

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from .arguments import ADVISORIES, ARCHIVE, BOUNDS, NETWORK, Parser, add_common, add_settings
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.plugins import Progress

Result = TypeVar("Result")

REFERENCE = "as for careen scan: an image, an archive, a folder, an SBOM"
RULES = ("ignore_file", "vex", "image_vex", "ignore_unfixed", "severity_from", "unknown_as")


def add_assessment_flags(parser: Parser, policy: Iterable[str] = RULES) -> None:
    add_settings(parser, "image", ("platform", "referrers", "trust_key"))
    add_settings(parser, "policy", policy)
    add_settings(parser, "advisories", (*ADVISORIES, *ARCHIVE))
    add_settings(parser, "registry and network", NETWORK)
    add_settings(parser, "reading", ("verify_diff_ids", "read_toc", "jobs", "no_cache", *BOUNDS))
    add_settings(parser, "messages", ("quiet", "no_progress"))
    add_common(parser)


def add_format_flag(parser: Parser, choices: tuple[str, ...] = ("text", "json")) -> None:
    parser.add_argument(
        "-f",
        "--format",
        dest="form",
        metavar="FORMAT",
        type=str.lower,
        choices=choices,
        default=choices[0],
        help=" or ".join(choices),
    )


def settings_of(arguments: argparse.Namespace) -> "Settings":
    """The settings of a command. Logging begins here."""
    from .log import start

    settings = loaded_settings(arguments).settings
    start(settings.log_level, settings.quiet)
    return settings


def with_progress(settings: "Settings", work: "Callable[[Progress], Result]") -> Result:
    """The result of ``work``; meanwhile a terminal shows its progress."""
    from .process import at_full_speed
    from .progress import progress_on

    with at_full_speed(), progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
        return work(progress)


def write_json(document: object) -> None:
    from careen.output.json_text import write_json

    write_json(document, sys.stdout)

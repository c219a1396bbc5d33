"""``careen scan``: a reference comes in; reports, and the policy's verdict as exit code, go out."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import UsageError

from .arguments import NETWORK, Parser, add_common, add_settings
from .settings import loaded_settings

if TYPE_CHECKING:
    from careen.config import Settings

logger = logging.getLogger(__name__)
STRICTEST = (3, 1, 0)  # which exit code speaks for several platforms


def parser() -> Parser:
    made = Parser(
        prog="careen scan",
        usage="careen scan [flags] REFERENCE",
        description="Name the vulnerabilities of an image, why it has them, and which version mends them.",
        epilog="Exit codes: 0 the policy passed, 1 it failed (--fail-on), 2 usage, 3 could not complete.",
    )
    made.add_argument(
        "reference",
        metavar="REFERENCE",
        help="image name, archive (.tar, .sif, .squashfs), OCI layout, root file system or source tree, package (.deb, .rpm, "
        ".whl …), jar, program or lock file; - is an archive on standard input; a prefix forces the source: docker:, podman:, "
        "registry:, containerd:, docker-archive:, oci-layout:, sif:, squashfs:, directory:, file:, sbom:",
    )
    add_settings(made, "image", ("platform", "all_platforms", "referrers", "trust_key", "dockerfile"))
    add_settings(made, "what to look for", ("scanners", "checks_off", "checks_on", "check_severity", "checks", "compliance"))
    add_settings(made, "report", ("format", "output", "severity", "verbose", "quiet", "no_progress"))
    gates = (
        "fail_on",
        "policy",
        "baseline",
        "grace_days",
        "exclude_base",
        "base",
        "ignore_unfixed",
        "severity_from",
        "unknown_as",
        "strict",
    )
    add_settings(made, "policy", gates)
    add_settings(made, "what to set aside", ("ignore_file", "vex", "image_vex"))
    add_settings(
        made, "advisories", ("offline", "db", "db_max_age", "advisories", "db_from", "archive", "archive_hosts", "archive_keys")
    )
    add_settings(made, "registry and network", NETWORK)
    add_settings(made, "reading", ("verify_diff_ids", "jobs", "no_cache", "max_layer_bytes", "max_ratio"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen import app

    from .log import start
    from .output import planned, write
    from .process import at_full_speed
    from .progress import progress_on

    if arguments.reference == "-" and sys.stdin.isatty():
        raise UsageError("standard input is a terminal, not an archive", "docker save IMAGE | careen scan -")
    loaded = loaded_settings(arguments)
    settings = loaded.settings
    start(settings.log_level, settings.quiet)
    for note in loaded.notes:
        logger.warning("%s", note)
    if not settings.ignore_file and Path(".careenignore").is_file():
        logger.warning("the .careenignore of this folder is not applied: --ignore-file .careenignore does")
    outputs = planned(settings, app.reporters())

    with at_full_speed():
        with progress_on(sys.stderr.isatty() and not settings.quiet and not settings.no_progress) as progress:
            reports = [app.scan(arguments.reference, one, progress) for one in _platforms(arguments.reference, settings)]
        for output in outputs:
            write(output, reports, settings)
        return next(code for code in STRICTEST if code in {report.verdict.exit_code for report in reports})


def _platforms(reference: str, settings: "Settings") -> "Sequence[Settings]":
    """The settings once for each platform to scan."""
    from msgspec.structs import replace

    from careen import app

    if not settings.all_platforms:
        return (settings,)
    if settings.platform:
        raise UsageError("--platform and --all-platforms exclude each other", "leave one of them out")
    platforms = app.platforms(reference, settings)
    return [replace(settings, platform=str(platform), all_platforms=False) for platform in platforms] or (settings,)

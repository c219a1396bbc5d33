"""``careen exposure``: the paths that an intruder could take, ranked, and a page that draws them."""

import argparse
from typing import TYPE_CHECKING, Any, cast

from careen.errors import UsageError

from .arguments import ADVISORIES, BOUNDS, NETWORK, Parser, add_common, add_settings
from .assessing import settings_of, with_progress
from .clusters import access_of, add_cluster_flags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from careen.config import Settings
    from careen.exposure.report import Exposure
    from careen.model.report import Report
    from careen.plugins import Reporter


def parser() -> Parser:
    made = Parser(
        prog="careen exposure",
        usage="careen exposure [flags] PATH…\n       careen exposure --cluster [CONTEXT] [flags]",
        description="Rank the paths from the Internet, or from one compromised container to another, by what Compose files and "
        "Kubernetes manifests publish and share: the likeliest and worst first.",
        epilog="Formats: table, json, html. Exit codes: 0 the policy passed, 1 it failed (--fail-on), 2 usage, 3 could not "
        "complete.",
    )
    made.add_argument("paths", metavar="PATH", nargs="*", help="a file, or a folder to search; - reads standard input")
    add_cluster_flags(made, "read the objects of a Kubernetes cluster instead of files (default: the current context)")
    group = made.add_argument_group("images")
    group.add_argument(
        "--images", action="store_true", help="scan every image that the files name, and take its vulnerabilities into account"
    )
    group.add_argument(
        "--image",
        metavar="IMAGE=REFERENCE",
        action="append",
        default=[],
        help="scan REFERENCE (an archive, another registry, an SBOM) in place of IMAGE; may be repeated",
    )
    add_settings(made, "report", ("format", "output", "verbose", "quiet", "no_progress"))
    add_settings(made, "server", ("server", "server_token_file")).add_argument(
        "--source",
        metavar="NAME",
        default="",
        help="send the result to --server under this name, in place of what it had from there",
    )
    add_settings(made, "policy", ("fail_on", "strict"))
    add_settings(made, "what to suppress in images", ("ignore_file", "vex", "image_vex", "ignore_unfixed"))
    add_settings(made, "advisories", ADVISORIES)
    add_settings(made, "registry and network", ("platform", *NETWORK))
    add_settings(made, "reading", ("verify_diff_ids", "read_toc", "jobs", "no_cache", *BOUNDS))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.app.checking import objects_of
    from careen.app.exposing import exposure

    from .output import write
    from .output_plan import plan_outputs

    settings = settings_of(arguments)
    outputs = plan_outputs(settings, formats())
    stand_ins = dict(_stand_in(text) for text in arguments.image)
    access = access_of(arguments)
    if arguments.source and not settings.server:
        raise UsageError("--source is a name on a server, and no server is given", "--server https://careen.example")
    if bool(arguments.paths) == (access is not None):
        raise UsageError("name a PATH, or a cluster", "careen exposure PATH…, or careen exposure --cluster [CONTEXT]")
    cluster = (f"cluster {access.name}", objects_of(access, arguments.namespaces, settings)) if access else None
    answer = with_progress(
        settings, lambda progress: exposure(arguments.paths, settings, progress, arguments.images, stand_ins, cluster)
    )
    for output in outputs:  # the formats are those of an exposure, not of a report
        write(output, [cast("Report", answer)], settings)
    if arguments.source:
        _send(arguments.source, answer, settings)
    return answer.exit_code


def formats() -> "Mapping[str, Reporter]":
    from careen.exposure import document, page, table
    from careen.plugins import Reporter

    writers: dict[str, tuple[str, Any]] = {
        "table": ("text/plain", table.write),
        "json": ("application/json", document.write),
        "html": ("text/html", page.write),
    }
    return {name: Reporter(name, media_type, write) for name, (media_type, write) in writers.items()}


def _send(source: str, answer: "Exposure", settings: "Settings") -> None:
    import io

    from careen.app.service import Service
    from careen.exposure import document
    from careen.plugins import ReportOptions

    stream = io.StringIO()
    document.write(answer, stream, ReportOptions())
    Service(settings).send_exposure(stream.getvalue().encode(errors="backslashreplace"), source)


def _stand_in(text: str) -> tuple[str, str]:
    image, equals, reference = text.partition("=")
    if not (image and equals and reference):
        raise UsageError(f"--image {text!r} names no reference", "--image IMAGE=REFERENCE")
    return image, reference

"""``careen mcp``: a server for agents over standard input and output (Model Context Protocol), read-only."""

import argparse
from pathlib import Path

from careen.errors import UsageError

from .arguments import Parser, add_common, add_settings
from .assessing import settings_of

SECONDS = 300.0


def parser() -> Parser:
    made = Parser(
        prog="careen mcp",
        usage="careen mcp [flags] [FOLDER…]",
        description="Serve agents over the Model Context Protocol: scan, explain, fix (a diff, nothing is written), check, and "
        "search in reports and advisories. They read what is named here and nothing else: by default the working folder, no "
        "network, no credentials.",
        epilog="careen mcp . --image 'my-app:*' --registry registry.example/team\n"
        "Clients start it: docs/mcp.md. Exit codes: 0 ended by the client; 2 usage.",
    )
    made.add_argument("folders", metavar="FOLDER", nargs="*", help="folders that may be read (default: the working folder)")
    made.add_argument(
        "--image", metavar="PATTERN", action="append", default=[], dest="images",
        help="images of the local engines that may be scanned, with * in their names: 'my-app:*'; may be repeated",
    )  # fmt: skip
    made.add_argument(
        "--registry", metavar="HOST[/PATH]", action="append", default=[], dest="registries",
        help="registries that may be contacted over the network; may be repeated",
    )  # fmt: skip
    made.add_argument(
        "--credentials", metavar="DIR", type=Path,
        help="folder with the Docker client's config.json, to log in to those registries (default: no credentials)",
    )  # fmt: skip
    made.add_argument(
        "--call-seconds", metavar="N", type=float, default=SECONDS, help=f"how long a call may take (default: {SECONDS:g})"
    )
    add_settings(made, "advisories", ("db", "advisories", "severity_from"))
    add_settings(made, "what to suppress", ("ignore_file", "vex"))
    add_settings(made, "reading", ("platform", "jobs", "no_cache"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.agents.allowed import Allowed
    from careen.agents.server import serve

    folders = tuple(Path(folder).resolve() for folder in arguments.folders or (".",))
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder", "careen mcp FOLDER names the folders that may be read")
    if not 0 < arguments.call_seconds <= 86_400:
        raise UsageError("--call-seconds must be above 0 and at most 86400", f"--call-seconds {SECONDS:g}")
    settings = settings_of(arguments)
    allowed = Allowed(folders, tuple(arguments.images), tuple(arguments.registries))
    return serve(settings, allowed, arguments.call_seconds, arguments.credentials)

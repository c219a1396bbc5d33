"""``careen lsp``: the language server, over standard input and output."""

import argparse
from importlib.util import find_spec

from .arguments import Parser, add_common, add_settings
from .assessing import settings_of


def parser() -> Parser:
    made = Parser(
        prog="careen lsp",
        usage="careen lsp [flags]",
        description="Serve editors over the Language Server Protocol: misconfigurations and secrets of Dockerfiles, Compose "
        "files and Kubernetes manifests, vulnerabilities of lock files, and quick fixes, while you type. It uses no network, "
        "and no settings of the folder that is open. It needs the extra: pip install 'careen[lsp]'.",
        epilog="Editors start it: docs/editors.md. Exit codes: 0 ended by the editor; 2 usage.",
    )
    made.add_argument("--stdio", action="store_true", help="accepted, since many editors give it; there is no other way")
    add_settings(
        made,
        "what to look for",
        ("scanners", "checks_off", "checks_on", "check_severity", "pss_version", "allowed_registries", "allowed_images"),
    )
    add_settings(made, "advisories", ("db", "advisories", "severity_from"))
    add_common(made)
    return made


def run(arguments: argparse.Namespace) -> int:
    from careen.errors import UsageError

    if find_spec("pygls") is None:
        raise UsageError("careen lsp needs the package pygls, which is not installed", "pip install 'careen[lsp]'")
    from careen.editor.server import serve

    return serve(settings_of(arguments))

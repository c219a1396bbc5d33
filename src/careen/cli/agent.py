"""``careen agent``: reports the images that run, in a cluster or on this machine, to a server."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from careen.errors import NetworkError, UsageError

from .arguments import Parser, add_common, add_settings
from .assessing import settings_of
from .clusters import access_of, add_cluster_flags
from .server_registries import seconds

if TYPE_CHECKING:
    from careen.config import Settings
    from careen.model.running import RunningImage

TOKEN = "CAREEN_SERVER_TOKEN"  # noqa: S105 - the name of a variable


def parser() -> Parser:
    made = Parser(
        prog="careen agent",
        usage="careen agent [flags] --server URL --source NAME",
        description="Report the images that run to a server, so that it shows and scans what is in use first. In a pod it "
        "reports the pods of its cluster, elsewhere the containers of Docker or Podman. Nothing is changed.",
        epilog=f"The API key comes from --token-file or {TOKEN}; it needs the scope agent.",
    )
    group = made.add_argument_group("server")
    group.add_argument("--server", metavar="URL", required=True, help="the server to report to")
    group.add_argument("--token-file", metavar="FILE", type=Path, help=f"file with the API key (default: {TOKEN})")
    group.add_argument("--source", metavar="NAME", required=True, help="name of this cluster or machine on the server")
    group.add_argument("--once", action="store_true", help="send one report and end (default: one report every --every)")
    group.add_argument("--every", metavar="TIME", default="5m", help="30s, 5m, 1h (default: 5m)")
    group.add_argument(
        "--engine", type=str.lower, choices=("docker", "podman"), metavar="ENGINE",
        help="report the containers of docker or podman",
    )  # fmt: skip
    add_cluster_flags(made, "report the pods of a cluster (default: the kubeconfig's current context, or the pod's own)")
    add_settings(made, "network", ("plain_http", "insecure", "ca_file", "timeout"))
    add_settings(made, "messages", ("quiet",))
    add_common(made)
    return made


def run(arguments: argparse.Namespace, sleep: Callable[[float], None] = time.sleep) -> int:
    from careen.app.reporting import send

    settings = settings_of(arguments)
    every_s = seconds(arguments.every)
    if every_s < 10:
        raise UsageError(f"--every {arguments.every} is too often", "at least 10s")
    if arguments.engine and arguments.cluster is not None:
        raise UsageError("an engine and a cluster are reported by separate agents", "leave out --engine or --cluster")
    key = _key(arguments.token_file)
    while True:
        try:
            running = _running(arguments, settings)
            send(arguments.server, key, arguments.source, running, settings)
            if not settings.quiet:
                sys.stderr.write(f"careen: running images reported to {arguments.server}: {len(running)}\n")
        except NetworkError as error:
            if arguments.once:
                raise
            sys.stderr.write(f"careen: {error}; the next try is in {arguments.every}\n")
        if arguments.once:
            return 0
        sleep(every_s)


def _running(arguments: argparse.Namespace, settings: "Settings") -> "tuple[RunningImage, ...]":
    from careen.app.clusters import own_cluster
    from careen.app.reporting import running_in_cluster, running_on_engine

    access = access_of(arguments)
    if access is None and not arguments.engine:
        access = own_cluster()
    if access is not None:
        return running_in_cluster(access, arguments.namespaces, settings)
    return running_on_engine(arguments.engine, settings)


def _key(file: Path | None) -> str:
    try:
        key = file.read_text("ascii").strip() if file is not None else os.environ.get(TOKEN, "").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'not text'}", "check the file") from None
    if not key:
        raise UsageError("there is no API key", f"--token-file FILE, or {TOKEN}")
    return key

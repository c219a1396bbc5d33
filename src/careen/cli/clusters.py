"""Flags that name a Kubernetes cluster."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from careen.clusters.access import Access

CURRENT = ""


def add_cluster_flags(parser: argparse.ArgumentParser, what: str) -> None:
    group = parser.add_argument_group("cluster")
    group.add_argument("--cluster", metavar="CONTEXT", nargs="?", const=CURRENT, help=what)
    group.add_argument("--kubeconfig", metavar="FILE", type=Path, help="the kubeconfig (default: KUBECONFIG, ~/.kube/config)")
    group.add_argument(
        "--namespace", metavar="NAME", action="append", default=[], dest="namespaces",
        help="only this namespace of the cluster; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--exec-plugin", metavar="PROGRAM", default="", help="program of the kubeconfig that may be started to log in"
    )


def access_of(arguments: argparse.Namespace) -> "Access | None":
    """The access to the cluster that the arguments name; None if they name none."""
    if arguments.cluster is None:
        return None
    from careen.app.clusters import named_cluster

    return named_cluster(arguments.cluster or None, arguments.kubeconfig, arguments.exec_plugin)

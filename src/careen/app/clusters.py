"""Access to a Kubernetes cluster, for the shells.

Raises: UsageError for a context that cannot be used, InputError for a file that cannot be read.
"""

import os
from pathlib import Path

from careen.clusters.access import Access
from careen.clusters.kubeconfig import access, in_cluster


def named_cluster(context: str | None, file: Path | None, plugin: str) -> Access:
    """The access to the cluster of a context in the kubeconfig. ``context`` None: of the current context, else of this
    pod.
    """
    return access(context, file, plugin)


def own_cluster() -> Access | None:
    """The access to the cluster of the pod in which this process runs; None outside of a cluster."""
    return in_cluster(os.environ)

"""Kubernetes manifests -> their part of the graph: containers, their shared volumes and namespaces, the ways to them,
and their rights.

Init containers that end before the others are left out: nothing connects to them.
Raises: ValueError if there are too many selectors and pods to compare.
"""

from careen.formats.kubernetes.manifest_files import Manifests

from .graph import Builder, Node
from .parts import Images, inhabit
from .pods import Placed, add_pods
from .roles import add_roles
from .traffic import add_traffic

CLUSTER = "cluster:"
NODE = "host:kubernetes"


def add_manifests(builder: Builder, manifests: Manifests, images: Images) -> None:
    if not manifests.pods:
        return
    host = Node(NODE, "host", "node of the cluster")
    builder.add(host)
    placed: Placed = add_pods(builder, manifests, images, NODE)
    add_roles(builder, manifests, placed, NODE, CLUSTER)
    inhabit(builder, host, placed.nodes())
    add_traffic(builder, manifests, images, placed)  # last: it may exceed a limit

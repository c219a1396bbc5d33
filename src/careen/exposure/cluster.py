"""Kubernetes manifests -> their part of the graph: containers of pods, what they share, what reaches them, what they may do.

Containers that start and end before the others (plain init containers) are left out: nobody is connected to them.
Raises: ValueError where selectors and pods are too many to compare.
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
    add_traffic(builder, manifests, images, placed)  # last: it is what can be too much

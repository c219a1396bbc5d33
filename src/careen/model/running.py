"""Running images: in a cluster, or on a machine with a container engine."""

from msgspec import Struct


class RunningImage(Struct, frozen=True, order=True):
    """A running image. ``workload`` is KIND/NAME of the pod's owner, or the name of the container. ``digest`` is "" if
    the node or the engine does not state it.
    """

    namespace: str
    workload: str
    reference: str
    digest: str
    privileged: bool = False

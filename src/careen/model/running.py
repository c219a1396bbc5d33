"""Images that run: in a cluster, or on a machine with a container engine."""

from msgspec import Struct


class RunningImage(Struct, frozen=True, order=True):
    """``workload`` is KIND/NAME of what made the pod, or the name of the container.

    ``digest`` is "" if the node or the engine does not state it.
    """

    namespace: str
    workload: str
    reference: str
    digest: str
    privileged: bool = False

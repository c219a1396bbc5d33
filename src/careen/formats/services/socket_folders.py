"""Folders of a host that have the sockets of container engines: a container that mounts one controls the engine.

The root folder has them too, and far more: it is left to the checks of sensitive host paths.

**Source:** default socket paths of Docker, containerd, CRI-O, Podman, BuildKit and K3s.
"""

import re

_FOLDER = re.compile(  # /var/run is a link to /run
    r"(?:/var)?/run(?:/(?:buildkit|containerd|crio|cri-dockerd|docker(?:/containerd)?|k3s(?:/containerd)?|podman))?"
)


def has_engine_socket(folder: str) -> bool:
    return _FOLDER.fullmatch(re.sub("/+", "/", folder)) is not None

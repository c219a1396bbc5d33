"""How the examples of each folder of checks are read: text -> the document that its checks inspect."""

from collections.abc import Callable
from typing import Any

from careen.formats import compose, containerinspect, imagedocument, kubernetes

REGISTRIES = ("docker.io", "registry.example")


def _kubernetes(text: str) -> Any:
    manifests = kubernetes.read([("example.yaml", text)])
    manifests.registries = REGISTRIES
    return manifests


def _compose(text: str) -> Any:
    project = compose.read([("compose.yaml", text)])
    project.registries = REGISTRIES
    return project


def _dockerfile(text: str) -> Any:
    from careen.formats.dockerfile.stages import read_dockerfile

    # What a folder and its settings add: some checks are about nothing else.
    return read_dockerfile(
        text, settings={"registries": ("docker.io",), "images": ("debian", "registry.example/base/*")}, ignored=("secret",)
    )


READERS: dict[str, Callable[[str], Any]] = {
    "kubernetes": _kubernetes,
    "rbac": _kubernetes,
    "network": _kubernetes,
    "compose": _compose,
    "dockerfile": _dockerfile,
    "image": imagedocument.described,
    "running": containerinspect.described,
}

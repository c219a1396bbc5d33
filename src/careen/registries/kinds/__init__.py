"""The kinds of registries, by the form of their lists. To add one: a file in this folder, and an entry in ``KINDS``."""

from careen.errors import UsageError

from ..asked import Asked
from . import acr, distribution, docker_hub, ecr, gar, ghcr, harbor, quay
from .kind import Kind

__all__ = ["KINDS", "Kind", "kind_named", "kind_of"]

KINDS = (docker_hub.KIND, ghcr.KIND, ecr.KIND, gar.KIND, acr.KIND, quay.KIND, harbor.KIND, distribution.KIND)


def kind_of(asked: Asked) -> Kind:
    """The kind of a registry, by the name of its host, else by its response to a request without credentials."""
    for kind in KINDS:
        if kind.of_host(asked.host):
            return kind
    challenge = asked.challenge()
    if challenge is not None:
        for kind in KINDS:
            if kind.of_challenge(challenge, asked.host):
                return kind
    return distribution.KIND


def kind_named(name: str) -> Kind:
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise UsageError(f"{name!r} is not a kind of registry", f"one of {', '.join(kind.name for kind in KINDS)}")

"""Nix: the inputs that ``flake.lock`` pins, each by the commit of its repository.

Shape: JSON, ``nodes: {nixpkgs: {locked: {type: github, owner: NixOS, repo: nixpkgs, rev: …}}}``; ``root`` is the flake itself.
The name is that of the repository, or of the node.
Raises: ValueError if the file is not JSON.
**Source:** Nix manual, "nix flake", lock files.
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

_HOSTS = {"github": "github", "gitlab": "gitlab"}


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return
    for name, node in mapping(json_object(file.data).get("nodes")).items():
        locked = mapping(mapping(node).get("locked"))
        if not locked:
            continue
        host, owner, repository = (text(locked.get(key)) for key in ("type", "owner", "repo"))
        of_host = host in _HOSTS and owner and repository
        kind, label = (_HOSTS[host], f"{owner}/{repository}") if of_host else ("generic", name)
        yield from declared("nix_flake", kind, [(label, text(locked.get("rev")))])


CATALOGER = Cataloger(
    name="nix_flake",
    ecosystem=Ecosystem(purl_type="github", scheme="generic"),
    readers=(Reader(Wants(names=("flake.lock",)), read),),
    limits="What the flake builds of its inputs.",
)

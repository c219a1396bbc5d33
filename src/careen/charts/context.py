"""The data that templates can use besides values: the release, the files of the chart, and the cluster.

**Source:** Helm, "Built-in Objects", "Accessing Files Inside Templates".
"""

import base64
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from .chart import Chart
from .functions.yaml_text import to_yaml
from .process import Job
from .template.objects import MethodList, MethodMap, Object

_GROUPS = [
    "v1", "admissionregistration.k8s.io/v1", "apiextensions.k8s.io/v1", "apiregistration.k8s.io/v1", "apps/v1",
    "authentication.k8s.io/v1", "authorization.k8s.io/v1", "autoscaling/v1", "autoscaling/v2", "batch/v1",
    "certificates.k8s.io/v1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "events.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1", "networking.k8s.io/v1", "node.k8s.io/v1", "policy/v1", "rbac.authorization.k8s.io/v1",
    "scheduling.k8s.io/v1", "storage.k8s.io/v1",
]  # fmt: skip
_RELEASE = {"Service": "Helm", "IsInstall": True, "IsUpgrade": False, "Revision": 1}
HELM = "v4.0.0"
MAX_PATTERN = 1000
_PIECE = re.compile(r"\*+|\[!?[^\]]+\]|\\.|.", re.DOTALL)


def top(chart: Chart, values: dict[str, Any], job: Job, is_root: bool) -> dict[str, Any]:
    """The data of a chart's templates, without those of its subcharts."""
    return {
        "Chart": chart.described(is_root),
        "Files": Files(chart.files),
        "Release": {**_RELEASE, "Name": job.release, "Namespace": job.namespace},
        "Capabilities": capabilities(job.minor),
        "Values": values,
        "Subcharts": {},
    }


def capabilities(minor: int) -> Object:
    version = f"v1.{minor}.0"
    kubernetes = Object({"Version": version, "GitVersion": version, "Major": "1", "Minor": str(minor)}, text=version)
    return Object(
        {"KubeVersion": kubernetes, "APIVersions": Versions(_GROUPS), "HelmVersion": Object({"Version": HELM}, text=HELM)}
    )


class Versions(MethodList):
    """The versions of the API that every cluster has."""

    def __init__(self, groups: list[str]) -> None:
        super().__init__(groups)
        self.methods = {"Has": self._has}

    def _has(self, name: str) -> bool:
        """Whether the cluster has a version of the API: a group with its version, which a kind may follow."""
        return name in self or name.rpartition("/")[0] in self


class Files(MethodMap):
    """The files of a chart, as its templates access them: content by path."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(files)
        self.methods = {
            "Get": self._get,
            "GetBytes": lambda path: self.get(path, b""),
            "Glob": self._glob,
            "Lines": self._lines,
            "AsConfig": self._as_config,
            "AsSecrets": self._as_secrets,
        }

    def _get(self, path: str) -> str:
        data: bytes = self.get(path, b"")
        return data.decode("utf-8", "replace")

    def _lines(self, path: str) -> list[str]:
        return self._get(path).removesuffix("\n").split("\n") if path in self else []

    def _glob(self, pattern: str) -> "Files":
        return Files({path: data for path, data in self.items() if _matches(path, pattern)})

    def _as_config(self) -> str:
        return to_yaml({_name(path): data.decode("utf-8", "replace") for path, data in self.items()})

    def _as_secrets(self) -> str:
        return to_yaml({_name(path): base64.b64encode(data).decode() for path, data in self.items()})


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern matches a path: ``*`` stays within a folder, ``**`` does not; ``{a,b}`` are alternatives."""
    before, mark, rest = pattern.partition("{")
    inside, closed, after = rest.partition("}")
    if mark and closed:
        return any(_matches(path, before + choice + after) for choice in inside.split(",")[:20])
    reachable = {0}
    for piece in _PIECE.findall(pattern[:MAX_PATTERN]):
        reachable = set(_steps(piece, path, reachable))
    return len(path) in reachable


def _steps(piece: str, path: str, places: set[int]) -> Iterator[int]:
    """The positions in the path after a part of a pattern, if the part begins at any of the positions ``places``."""
    if piece.startswith("*"):
        is_open = False
        for place in range(len(path) + 1):
            is_open = is_open or place in places
            if is_open:
                yield place
            if place < len(path) and path[place] == "/" and piece == "*":
                is_open = False
        return
    one = piece[1:] if piece.startswith("\\") else piece
    for place in places:
        if place >= len(path):
            continue
        if one == piece and (one == "?" or len(one) > 1):
            if path[place] != "/" and fnmatchcase(path[place], one):
                yield place + 1
        elif path[place] == one:
            yield place + 1

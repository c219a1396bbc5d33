"""How the examples of each folder of checks are read: text -> the document that its checks inspect."""

from collections.abc import Callable
from typing import Any

from careen.formats import kubernetes


def _kubernetes(text: str) -> Any:
    return kubernetes.read([("example.yaml", text)])


READERS: dict[str, Callable[[str], Any]] = {"kubernetes": _kubernetes, "rbac": _kubernetes, "network": _kubernetes}

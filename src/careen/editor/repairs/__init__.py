"""Edits that remove a misconfiguration, by the id of its check: they do what ``fix`` of the check advises.

A repair proposes texts; the first text that removes the finding is offered. So a repair may be simple: if it does not
understand the file, or causes another finding, it is not offered.
"""

from collections.abc import Mapping
from functools import cache

from .rows import Repair


@cache
def repairs() -> Mapping[str, Repair]:
    """The repair of each check that has one."""
    from . import compose, dockerfile, kubernetes

    return {**dockerfile.REPAIRS, **compose.REPAIRS, **kubernetes.REPAIRS}

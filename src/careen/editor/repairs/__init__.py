"""Edits that remove a misconfiguration, by the id of its check: the text that ``fix`` of a check describes, as an edit.

A repair proposes texts; ``verified`` has the one that is offered. So a repair may be simple: one that does not understand the
file, or that another finding would follow from, is not offered.
"""

from collections.abc import Mapping
from functools import cache

from .rows import Repair


@cache
def repairs() -> Mapping[str, Repair]:
    """The repair of each check that has one."""
    from . import compose, dockerfile, kubernetes

    return {**dockerfile.REPAIRS, **compose.REPAIRS, **kubernetes.REPAIRS}

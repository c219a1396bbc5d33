"""The user of a container as engines read it: ``NAME[:GROUP]``, of which each may be a number.

**Source:** Dockerfile reference, "USER"; moby/sys ``user.GetExecUser``, which reads numbers with a sign and leading zeros, too.
"""

import re

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}")


def number_of(name: str) -> int | None:
    """The number of a user or group that is written as one; None for a name."""
    return int(name) if _NUMBER.fullmatch(name) else None


def is_root(user: str) -> bool:
    """Whether the user is stated to be root; not for "", where the image decides."""
    name = user.partition(":")[0].strip()
    return name == "root" or number_of(name) == 0

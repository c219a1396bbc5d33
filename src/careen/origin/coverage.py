"""How much of what a scan by names misses a knowledge base has.

``uncovered.tsv`` has each C or C++ source package of Debian, and how many CVEs its security tracker has for it that no feed of
a language's packages has; ``.ci/knowledge_lists.py`` makes it. Operating system kernels and browsers are left out.
"""

from importlib.resources import files
from typing import NamedTuple

from .knowledge import Knowledge


class Covered(NamedTuple):
    """CVEs of the base's projects, and of all projects."""

    found: int
    of: int


def covered(base: Knowledge) -> Covered:
    """Counts the CVEs that a scan by names misses, in source packages that the base has, and in all."""
    known = {project.name.removeprefix("deb:") for project in base.projects if project.name.startswith("deb:")}
    text = (files(__package__) / "uncovered.tsv").read_text("utf-8")
    counts = {name: int(count) for name, _, count in (line.partition("\t") for line in text.splitlines())}
    return Covered(sum(count for name, count in counts.items() if name in known), sum(counts.values()))

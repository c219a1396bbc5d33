"""The share of the vulnerabilities that a scan by names misses, and that a knowledge base covers.

``uncovered.tsv`` lists each C or C++ source package of Debian, with the number of its CVEs, according to Debian's
security tracker, that no feed of a language's packages has; ``.ci/knowledge_lists.py`` makes it. Operating system
kernels and browsers are left out.
"""

from importlib.resources import files
from typing import NamedTuple

from .knowledge import Knowledge


class Covered(NamedTuple):
    """The number of CVEs in packages that the base has (``found``), and in all (``of``)."""

    found: int
    of: int


def covered(base: Knowledge) -> Covered:
    """Counts the CVEs that a scan by names misses: in source packages that the base has, and in all."""
    known = {project.name.removeprefix("deb:") for project in base.projects if project.name.startswith("deb:")}
    text = (files(__package__) / "uncovered.tsv").read_text("utf-8")
    counts = {name: int(count) for name, _, count in (line.partition("\t") for line in text.splitlines())}
    return Covered(sum(count for name, count in counts.items() if name in known), sum(counts.values()))

"""Short ways to ask what leads where: documents as text in, steps by name out."""

import textwrap

from careen.checks.files import Found
from careen.checks.kind import SourceFile
from careen.exposure.report import Exposure, documents, exposure_of
from careen.exposure.vulnerabilities import ImageVulnerability, ScannedImage

NOW = "2026-01-02T03:04:05Z"


def exposure(*texts, images=(), fail_on=None, strict=False, names=()) -> Exposure:
    """``texts`` are files in their order, dedented; ``names`` theirs, else a.yaml, b.yaml …"""
    paths = names or [f"{letter}.yaml" for letter in "abcdefgh"]
    files = tuple(SourceFile(path, textwrap.dedent(text)) for path, text in zip(paths, texts, strict=False))
    return exposure_of(["."], documents(Found(files, ())), images, fail_on, strict, NOW)


def chains(answer, start=None):
    """Each path as the labels of what an intruder holds one after the other; with ``start`` those from there."""
    labels = answer.graph.labels()
    found = [" > ".join(labels[id] for id in (path.start, *(step.target for step in path.steps))) for path in answer.paths]
    return [one for one in found if start is None or one.startswith(f"{start} > ")]


def edges(answer, *ways):
    """(source, target, way) by label for each reason of an edge; with ``ways`` those alone."""
    labels = answer.graph.labels()
    return {
        (labels[edge.source], labels[edge.target], reason.way)
        for edge in answer.graph.edges
        for reason in edge.reasons
        if not ways or reason.way in ways
    }


def image_vulnerability(id="CVE-2026-1", **changes):
    usual = {
        "package": "libx",
        "version": "1",
        "severity": "critical",
        "kev": False,
        "epss": None,
        "remote": True,
        "fixed_in": ("2",),
        "weight": 0.5,
    }
    return ImageVulnerability(id=id, **usual | changes)


def scanned(image, *vulnerabilities, user="", ports=()):
    return ScannedImage(image=image, scanned=image, user=user, ports=ports, vulnerabilities=vulnerabilities, assessed=True)

"""Value of a standard label is invalid."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_URL = r"https?://[^\s]+"
_FORMS = {
    "created": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)",
    "url": _URL,
    "documentation": _URL,
    "source": r"(?:https?|git|ssh)://[^\s]+|git@[^\s]+",
    "version": r"\S+",
    "revision": r"\S+",
    "title": r".*\S.*",
    "licenses": r"\(*[A-Za-z0-9.+-]+(?:\)*\s+(?:AND|OR|WITH)\s+\(*[A-Za-z0-9.+-]+)*\)*",
    "base.digest": r"[a-z0-9]+:[0-9a-f]{32,}",
}


def inspect(document: Dockerfile) -> Iterator[Place]:
    for step in document.of("LABEL"):
        for name, value, _ in step.instruction.pairs:
            key = name.strip("'\"").removeprefix("org.opencontainers.image.")
            text = step.resolve(value, document.escape)
            if key != name.strip("'\"") and "$" not in text and key in _FORMS and not re.fullmatch(_FORMS[key], text):
                yield of_step(step, f"{name} is {text[:60] or 'empty'}")


CHECK = Check(
    id="DKR-081",
    title="Value of a standard label is invalid",
    severity="low",
    why="Registries and scanners read these labels: they ignore an invalid date, licence or URL.",
    fix="Write the value as the OCI image annotations define it.",
    references=(
        "https://github.com/opencontainers/image-spec/blob/main/annotations.md",
        "Hadolint DL3051",
        "Hadolint DL3052",
        "Hadolint DL3053",
        "Hadolint DL3054",
        "Hadolint DL3055",
        "Hadolint DL3056",
    ),
    inspect=inspect,
)

"""Variable is undefined."""

import re
from collections.abc import Iterator

from careen.checks.steps import of_step
from careen.formats.dockerfile.stages import PLATFORM_ARGS, Dockerfile
from careen.formats.dockerfile.words import unset_names
from careen.plugins import Check, Place


def inspect(document: Dockerfile) -> Iterator[Place]:
    """Yields undefined variables in instructions that the builder expands. A variable that begins with the name of the base
    image counts as set by it."""
    for step in document.steps:
        if step.keyword not in _EXPANDED or step.instruction.heredocs or "$" not in step.instruction.text:
            continue
        stage = document.lineage(document.stages[step.stage])[-1]
        prefix = re.split(r"[:@]", stage.resolved.rpartition("/")[2])[0].upper().replace("-", "_")
        texts = [value for _, value, _ in step.instruction.pairs] if step.instruction.pairs else [step.instruction.text]
        for text in texts:
            try:
                names = unset_names(text, step.known, document.escape)
            except ValueError:
                continue
            for name in names:
                given = name in step.env or name in _BASE or name in PLATFORM_ARGS or name.upper() in _BUILDER
                if not given and not (prefix and name.upper().startswith(prefix)):
                    yield of_step(step, f"${name} is set nowhere before")


_EXPANDED = frozenset(("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
# Set by the builder, by nearly every base image, or by well-known base images.
_BASE = frozenset(("PATH", "HOME", "HOSTNAME", "TERM", "LANG", "LD_LIBRARY_PATH", "JAVA_HOME", "GOPATH", "PYTHONPATH"))
_BUILDER = frozenset(
    ("SOURCE_DATE_EPOCH", "BUILDKIT_SYNTAX", "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
)


CHECK = Check(
    id="DKR-093",
    title="Variable is undefined",
    severity="low",
    why="The variable is empty in the build: a path or version is not what it seems.",
    fix="Declare the variable with ARG or ENV in this stage.",
    references=("BuildKit UndefinedVar",),
    inspect=inspect,
)

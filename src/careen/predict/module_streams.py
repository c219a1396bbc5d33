"""The module streams that a Dockerfile enables: ``dnf module enable nodejs:16``. Advisories of rpm are about one stream.

The packages of a module are known by its name alone: ``nodejs``, ``nodejs-docs``.
**Source:** dnf(8), "Module Command"; Fedora Modularity.
"""

import re
from collections.abc import Mapping

from careen.formats.dockerfile.stages import Dockerfile, Stage

Streams = Mapping[str, str]  # module -> its stream
_STREAM = re.compile(r"([\w.+-]{1,100}):([\w.+-]{1,100})(?:/.*)?")


def streams_of(document: Dockerfile) -> dict[int, Streams]:
    """The streams at the end of each stage."""
    enabled: dict[int, dict[str, str]] = {}
    for call, package in document.package_calls("dnf", "yum", "microdnf"):
        words = package.options.words
        if words[:1] == ("module",) and words[1:2] and words[1] in ("enable", "install", "switch-to"):
            found = (match for word in words[2:] if (match := _STREAM.fullmatch(word)))
            enabled.setdefault(call.step.stage, {}).update((match[1], match[2]) for match in found)
    return {stage.index: _inherited(document, stage, enabled) for stage in document.stages} if enabled else {}


def label_of(name: str, streams: Streams) -> str | None:
    """``name:stream`` of the module of a package; None if it is of none that is known."""
    parts = name.split("-")
    modules = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((f"{module}:{streams[module]}" for module in modules if module in streams), None)


def _inherited(document: Dockerfile, stage: Stage, enabled: Mapping[int, Streams]) -> Streams:
    found: dict[str, str] = {}
    for part in reversed(document.lineage(stage)):
        found.update(enabled.get(part.index, {}))
    return found

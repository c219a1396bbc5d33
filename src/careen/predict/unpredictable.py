"""What of an image is unknown before its build: names that a step computes, packages of programs that are not read, files of
other images, stages that an argument chooses.
"""

import glob
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from careen.formats.dockerfile.stages import Call, Dockerfile

from .declared import UNNAMED, copied_from, walked

# Package managers whose packages are not listed, and the word or option that installs; "" for any.
_UNREAD = {
    "ansible-galaxy": "install",
    "brew": "install",
    "emerge": "",
    "eopkg": "install",
    "flatpak": "install",
    "gdebi": "",
    "guix": "install",
    "install2.r": "",
    "julia": "Pkg.add",
    "krew": "install",
    "nix": "install",
    "nix-env": "-i",
    "opkg": "install",
    "perl": "-MCPAN",
    "pickle": "install",
    "R": "install",
    "Rscript": "install",
    "slackpkg": "install",
    "snap": "install",
    "spack": "install",
    "swupd": "bundle-add",
    "tlmgr": "install",
    "urpmi": "",
    "vcpkg": "install",
    "xbps-install": "",
}
_VARIABLE = re.compile(r"\$\{[^{}]*\}|\$\w+")


def unpredictable(document: Dockerfile) -> tuple[str, ...]:
    """A line for each content of the image that is unknown before the build, with its line number."""
    reasons: dict[str, None] = {}
    for found in walked(document):
        if found.package.name[:1] in UNNAMED:
            place = f"{document.path}:{found.line}"
            reasons[f"{place}: the step computes what {found.tool} installs: {_short(found.text)}"] = None
    for call in _unread(document):
        reasons[f"{document.path}:{call.command.line}: packages that {call.command.program} installs are not listed"] = None
    names = {stage.name.lower() for stage in document.stages}
    for step in document.steps:
        source = step.resolve(step.instruction.flag("from") or "", document.escape)
        if step.keyword == "COPY" and source and not source.isdecimal() and source.lower() not in names:
            place = f"{document.path}:{step.line}"
            reasons[f"{place}: files of {_short(source)} are copied and not assessed: scan that image"] = None
    used = _used(document)
    for stage in document.stages:
        unknown = stage.parent is None and "$" in stage.resolved
        if unknown and _may_be_stage(stage.resolved, names if _VARIABLE.sub("", stage.resolved) else names - used):
            place = f"{document.path}:{stage.line}"
            reasons[f"{place}: an argument chooses the stage {_short(stage.resolved)}, whose packages are not listed"] = None
    return tuple(reasons)


def _unread(document: Dockerfile) -> Iterator[Call]:
    """The commands that install packages in a way that is not read."""
    copied = copied_from(document)
    for call in document.calls(*_UNREAD):
        step, words = call.step, call.command.words
        if step.stage in copied and not step.onbuild and any(_UNREAD[call.command.program] in word for word in words[1:]):
            yield call


def _used(document: Dockerfile) -> set[str]:
    """The names of stages that others build on or copy from."""
    copied = {(step.instruction.flag("from") or "").lower() for step in document.of("COPY")}
    return copied | {stage.resolved.lower() for stage in document.stages}


def _may_be_stage(image: str, names: set[str]) -> bool:
    """Whether a value of the variables in the image's name makes it that of a stage."""
    pattern = "*".join(glob.escape(part) for part in _VARIABLE.split(image.lower()))
    return any(name and fnmatchcase(name, pattern) for name in names)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"

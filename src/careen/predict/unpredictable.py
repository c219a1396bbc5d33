"""What of an image is unknown before its build: names that a step computes, packages of programs that are not read and of
groups, what scripts of a server install, files of other images, stages that an argument chooses.
"""

import glob
import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from careen.formats.dockerfile.stages import Call, Dockerfile, Stage
from careen.formats.shell.downloads import read_download
from careen.formats.shell.package_commands import read_call
from careen.formats.shell.remote_scripts import remote_scripts

from .declared import UNNAMED, walked
from .kept_stages import copied_from
from .runtimes import read_runtime
from .third_party import shown

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
_GROUPED = ("dnf", "yum", "microdnf", "zypper")
_DOWNLOADS = ("ADD", "aria2c", "curl", "wget")
_VARIABLE = re.compile(r"\$\{[^{}]*\}|\$\w+")


def unpredictable(document: Dockerfile) -> tuple[str, ...]:
    """A line for each content of the image that is unknown before the build, with its line number."""
    reasons: dict[str, None] = {}
    for found in walked(document):
        if found.package.name[:1] in UNNAMED:
            place = f"{document.path}:{found.line}"
            verb = "downloads" if found.tool in _DOWNLOADS else "installs"
            reasons[f"{place}: the step computes what {found.tool} {verb}: {_short(found.text)}"] = None
    copied = copied_from(document)
    for line, text in (*_unread(document, copied), *_groups(document), *_scripts(document, copied)):
        reasons[f"{document.path}:{line}: {text}"] = None
    for step in document.of("COPY"):
        source = step.resolve(step.instruction.flag("from") or "", document.escape)
        stage = document.stage_named(source)
        image = _unchanged(document, stage) if stage else "" if source.isdecimal() else source
        if image:
            place = f"{document.path}:{step.line}"
            reasons[f"{place}: files of {_short(image)} are copied and not assessed: scan that image"] = None
    names = {stage.name.lower() for stage in document.stages}
    used = _used(document)
    for stage in document.stages:
        unknown = stage.parent is None and "$" in stage.resolved
        if unknown and _may_be_stage(stage.resolved, names if _VARIABLE.sub("", stage.resolved) else names - used):
            place = f"{document.path}:{stage.line}"
            reasons[f"{place}: an argument chooses the stage {_short(stage.resolved)}, whose packages are not listed"] = None
    return tuple(reasons)


def _unread(document: Dockerfile, copied: Collection[int]) -> Iterator[tuple[int, str]]:
    """The commands that install packages in a way that is not read."""
    for call in document.calls(*_UNREAD):
        program, words = call.command.program, call.command.words
        if _counts(call, copied) and any(_UNREAD[program] in word for word in words[1:]):
            yield call.command.line, f"packages that {program} installs are not listed"


def _groups(document: Dockerfile) -> Iterator[tuple[int, str]]:
    kept = document.kept()
    for call, package in document.package_calls(*_GROUPED):
        if not _counts(call, kept):
            continue
        named = package.options.words[1:] if package.action == "groupinstall" else ()
        for name in (*named, *(spec.name for spec in package.specs if spec.kind == "group")):
            yield call.command.line, f"packages of the group {_short(name)} are not listed"


def _scripts(document: Dockerfile, copied: Collection[int]) -> Iterator[tuple[int, str]]:
    """The scripts that a step gets from a server and runs, except those whose command states what they install."""
    for step in document.of("RUN"):
        if step.stage not in copied or step.onbuild:
            continue
        for script in remote_scripts(step.commands):
            if read_call(script.runner.words) is None and read_runtime(script.runner.words) is None:
                got = read_download((script.source or script.runner).words)
                address = step.resolve(next(iter(got.urls), "") if got else "")
                named = f"a script of {_short(shown(address))}" if "://" in address else "a script of a server"
                yield script.runner.line, f"what {named} installs is not listed"


def _counts(call: Call, stages: Collection[int]) -> bool:
    return call.step.stage in stages and not call.step.onbuild


def _unchanged(document: Dockerfile, stage: Stage) -> str:
    """The image whose files a stage has as they are; "" if a step may have changed them."""
    lineage = document.lineage(stage)
    changed = any(part.of("RUN", "COPY", "ADD") for part in lineage)
    image = lineage[-1].resolved
    return "" if changed or image == "scratch" else image


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

"""The repository that ``apk add`` names for its packages: ``--repository URL``, or ``name@tag`` with the tag of a line in
``/etc/apk/repositories``.

**Source:** apk(8), apk-repositories(5); the layout of Alpine's mirrors.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from careen.formats.dockerfile.stages import Dockerfile, Step
from careen.formats.shell.package_commands import PackageCall
from careen.formats.shell.package_specs import Spec
from careen.model.package import Package

from .third_party import shown

_TAG = re.compile(r"@([\w.-]+)")
_LINE = re.compile(r"@([\w.-]+)\s+(https?://[^\s\"']+)")
_OF_ALPINE = re.compile(
    r"https?://(?:[\w.-]+\.)?(?:alpinelinux\.org/(?:[\w.-]+/)?|[\w.-]+/alpine/)(edge|v\d+\.\d+)/(?:main|community|testing)/?$"
)


def repository_of(document: Dockerfile, step: Step, call: PackageCall, spec: Spec) -> str:
    """The address, or "" if the package is from the repositories of the image."""
    tag = _TAG.search(spec.text)
    if tag is None:
        return next(iter(call.options.values("-X", "--repository")), "")
    stages = document.lineage(document.stages[step.stage])
    return _tagged([part for stage in reversed(stages) for part in stage.of("RUN")]).get(tag[1], f"@{tag[1]}")


def from_repository(package: Package, address: str) -> Package:
    """The package as that repository has it: of another release of Alpine, or of a third party."""
    if release := _OF_ALPINE.match(address):
        return replace(package, namespace="alpine", distro=f"alpine-{release[1].removeprefix('v')}")
    return replace(package, vendor="third_party", maintainer=shown(address) if "://" in address else address)


def _tagged(steps: Sequence[Step]) -> dict[str, str]:
    texts = (step.instruction.text for step in steps)
    return {tag: address for text in texts if "apk/repositories" in text for tag, address in _LINE.findall(text)}

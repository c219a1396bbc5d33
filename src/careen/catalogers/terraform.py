"""Terraform and OpenTofu: the providers that ``.terraform.lock.hcl`` pins, named with the host of their registry.

Other content is ignored, so no file is an error.
**Source:** Terraform, "Dependency Lock File".
"""

import re
from collections.abc import Iterator

from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_PROVIDER = pattern(
    r'^provider[ \t]+"([^"\s]{1,300})"[ \t]*\{[ \t]*\n(?:[ \t]*\n|[ \t]*#.*\n)*[ \t]*version[ \t]*=[ \t]*"([^"\s]{1,100})"',
    re.MULTILINE,
)


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    return declared("terraform", "terraform", _PROVIDER.findall(file.data.decode("utf-8", "replace").replace("\r\n", "\n")))


CATALOGER = Cataloger(
    name="terraform",
    ecosystem=Ecosystem(purl_type="terraform", scheme="semver"),
    readers=(Reader(Wants(names=(".terraform.lock.hcl",)), read),),
    limits="Modules, which no lock file pins.",
)

"""The statements of a VEX document, in any format: which vulnerabilities affect which products or not, and why.

A product is identified by any of its names: package URLs, CPEs, digests, image references, or plain text. If it has components,
the statement is about each of these as a part of that product; without components, about all of it.
**Source:** CISA, "Minimum Requirements for VEX", 2023; OpenVEX 0.2.0, CycloneDX 1.6 and CSAF 2.0 for the formats.
"""

from typing import Literal
from urllib.parse import unquote

from msgspec import Struct

VexStatus = Literal["not_affected", "affected", "fixed", "under_investigation"]
STATUSES: tuple[VexStatus, ...] = ("not_affected", "affected", "fixed", "under_investigation")
# OpenVEX and CSAF have the same five justifications; CycloneDX has nine of its own.
JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
Names = tuple[str, ...]


class Product(Struct, frozen=True):
    names: Names
    components: tuple[Names, ...] = ()


class Statement(Struct, frozen=True):
    ids: tuple[str, ...]  # of the vulnerability, with its aliases
    status: VexStatus
    products: tuple[Product, ...]
    source: str  # the file
    justification: str = ""  # a code of the format, else the author's text
    issued: str = ""  # RFC 3339; of two statements about the same the later one counts
    author: str = ""


def of_version(names: Names, version: str) -> Names:
    """Those of the names that can have the version, with the version in them: package URLs without a version, or with
    this one."""
    found = []
    for name in names:
        if name.startswith("pkg:"):
            base, mark, qualifiers = name.partition("?")
            own = base.rpartition("@")[2] if "@" in base.rpartition("/")[2] else ""
            if own in ("", version) or unquote(own) == version:
                found.append(f"{base}{'' if own else '@' + version}{mark}{qualifiers}")
    return tuple(found)

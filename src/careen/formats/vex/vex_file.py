"""The statements of a VEX document in OpenVEX, CycloneDX or CSAF, recognised by its own fields.

Of an in-toto statement with such a document as predicate, the predicate is read; this module does not verify its signature.
Raises: ValueError for anything else, and over 64 MiB.
"""

from typing import Any

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.vex import csaf, cyclonedx, openvex

from .statements import Statement

MAX_BYTES = 64 << 20


def read_vex(data: bytes, source: str) -> tuple[Statement, ...]:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    document = json_object(as_utf8(data))
    if "predicateType" in document:
        document = mapping(document.get("predicate"))
    try:
        return tuple(_reader(document)(document, source))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def is_vex(document: dict[str, Any]) -> bool:
    try:
        _reader(document)
    except ValueError:
        return False
    return True


def _reader(document: dict[str, Any]) -> Any:
    context = document.get("@context")
    if any(text(name).startswith(openvex.CONTEXT) for name in (context if isinstance(context, list) else [context])):
        return openvex.statements
    if document.get("bomFormat") == "CycloneDX":
        return cyclonedx.statements
    if "csaf_version" in mapping(document.get("document")):
        return csaf.statements
    raise ValueError("neither OpenVEX, CycloneDX nor CSAF")

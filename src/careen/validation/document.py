"""Determines the kind of a document, and finds all that its specification does not allow."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from msgspec import Struct

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.data.unicode_bytes import as_utf8
from careen.formats.vex.openvex import CONTEXT as OPENVEX_CONTEXT
from careen.safety.pattern import pattern

from . import csaf, cyclonedx, oci, openvex, spdx
from .problem import Problem
from .schema import MAX_PROBLEMS
from .xml_schema import root_of

MAX_BYTES = 64 << 20
KINDS = ("cyclonedx", "spdx", "csaf", "openvex", *oci.SCHEMAS)
_TAG_VALUE = pattern(rb"^\s{0,20}SPDXVersion:", 8)  # MULTILINE
_YAML = pattern(rb"^[\"']?spdxVersion[\"']?\s{0,20}:", 8)
_PROTO = pattern(rb"^\s{0,20}spec_version\s{0,20}:", 8)


class Validity(Struct, frozen=True):
    """The result for one document. ``problems`` are at most ``MAX_PROBLEMS``, in the order of their places in the
    document."""

    kind: str
    version: str
    syntax: str
    problems: tuple[Problem, ...] = ()

    @property
    def valid(self) -> bool:
        return not self.problems


def validate(data: bytes, kind: str = "") -> Validity:
    """Validates a document. ``kind`` is one of ``KINDS``; without it, the document's own content decides.

    Raises: ValueError if it is of an unknown kind or over a limit, UsageError if a package is not installed.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    data = as_utf8(data)
    head = data.lstrip()[:1]
    try:
        if head == b"{":
            return _json(json_object(data), kind)
        return _xml(data, kind) if head == b"<" else _text(data, kind)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _json(document: dict[str, Any], kind: str) -> Validity:
    kind = kind or _kind_of(document)
    match kind:
        case "cyclonedx":
            version = text(document.get("specVersion"))
            return _validity(kind, version, "JSON", cyclonedx.json_problems(document))
        case "spdx" if "spdxVersion" not in document and "@context" in document:
            return _validity(kind, "3.0", "JSON-LD", spdx.graph_problems(document))
        case "spdx":
            version = text(document.get("spdxVersion")).removeprefix("SPDX-")
            return _validity(kind, version, "JSON", spdx.json_problems(document))
        case "csaf":
            version = text(mapping(document.get("document")).get("csaf_version"))
            return _validity(kind, version, "JSON", csaf.problems(document))
        case "openvex":
            return _validity(kind, openvex.version_of(document), "JSON", openvex.problems(document))
        case _ if kind in oci.SCHEMAS:
            return _validity(kind, "1.1", "JSON", oci.oci_problems(kind, document))
    raise ValueError(f"unknown kind of document; Careen validates {', '.join(KINDS)}")


def _kind_of(document: dict[str, Any]) -> str:
    contexts = document.get("@context")
    named = [text(name) for name in (contexts if isinstance(contexts, list) else [contexts])]
    signs: tuple[tuple[str, bool], ...] = (
        ("cyclonedx", "bomFormat" in document or "cyclonedx.org/schema" in text(document.get("$schema"))),
        ("spdx", "spdxVersion" in document or any("spdx.org/rdf/3." in name for name in named)),
        ("openvex", any(name.startswith(OPENVEX_CONTEXT) for name in named)),
        ("csaf", "csaf_version" in mapping(document.get("document")) or "csaf" in text(document.get("$schema"))),
        ("oci-layout", "imageLayoutVersion" in document),
        ("oci-index", isinstance(document.get("manifests"), list)),
        ("oci-manifest", "layers" in document and ("config" in document or "schemaVersion" in document)),
        ("oci-config", "rootfs" in document or ("architecture" in document and "os" in document)),
        ("oci-descriptor", "mediaType" in document and ("digest" in document or "size" in document)),
    )
    return next((kind for kind, is_it in signs if is_it), "")


def _xml(data: bytes, kind: str) -> Validity:
    namespace, root = root_of(data)
    if kind == "spdx" or (not kind and (root == "RDF" or root == "Document")):
        document, problems = spdx.xml_problems(data)
        version = text(document.get("spdxVersion")).removeprefix("SPDX-")
        return _validity("spdx", version, "RDF/XML" if root == "RDF" else "XML", problems)
    if kind in ("", "cyclonedx") and namespace.startswith(cyclonedx.NAMESPACE):
        version = namespace.removeprefix(cyclonedx.NAMESPACE)
        return _validity("cyclonedx", version, "XML", cyclonedx.xml_document_problems(namespace, root, data))
    raise ValueError(f"XML of neither CycloneDX nor SPDX: its root is {root[:80]!r} of {namespace[:80]!r}")


def _text(data: bytes, kind: str) -> Validity:
    readers: tuple[tuple[Any, str, Callable[[bytes], tuple[dict[str, Any], list[Problem]]]], ...] = (
        (_TAG_VALUE, "tag-value", spdx.tag_value_problems),
        (_YAML, "YAML", spdx.yaml_problems),
    )
    for sign, syntax, read in readers:
        if kind in ("", "spdx") and sign.search(data):
            document, problems = read(data)
            return _validity("spdx", text(document.get("spdxVersion")).removeprefix("SPDX-"), syntax, problems)
    if kind in ("", "cyclonedx") and _PROTO.search(data):
        version, problems = cyclonedx.proto_problems(data)
        return _validity("cyclonedx", version, "protocol buffer text", problems)
    raise ValueError(f"unknown kind of document; Careen validates {', '.join(KINDS)}")


def _validity(kind: str, version: str, syntax: str, problems: Iterable[Problem]) -> Validity:
    unique = dict.fromkeys(islice(problems, MAX_PROBLEMS))
    return Validity(kind, version, syntax, tuple(unique))

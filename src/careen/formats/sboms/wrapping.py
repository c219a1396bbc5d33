"""An SBOM without the envelope that some services put around it.

An in-toto statement has it as ``predicate`` (old cosign below that as ``Data``, which may be text), GitHub's export as
``sbom``, the attestation that BuildKit shows as ``SPDX``. This module does not verify signatures.
**Source:** in-toto attestation framework 1.0; GitHub REST API, dependency-graph/sbom; Docker, "SBOM attestations".
"""

from typing import Any

from careen.formats.data.plain import json_object, mapping

_MARKS = ("bomFormat", "spdxVersion", "@graph", "artifacts")
_MAX_ENVELOPES = 3


def unwrapped(document: dict[str, Any]) -> dict[str, Any]:
    """The SBOM within an envelope, or the document itself if it has none. Raises ValueError if text within is not
    JSON."""
    for _ in range(_MAX_ENVELOPES):
        if any(mark in document for mark in _MARKS):
            break
        inner = next((document[key] for key in ("predicate", "Data", "sbom", "SPDX") if key in document), None)
        document = json_object(inner.encode()) if isinstance(inner, str) else mapping(inner) or document
    return document

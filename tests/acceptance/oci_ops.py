"""``oci_document``: whether a document follows the image specification."""

from typing import Any

from careen.validation.document import validate

_KINDS = {
    "config": "oci-config",
    "descriptor": "oci-descriptor",
    "imageindex": "oci-index",
    "imagelayout": "oci-layout",
    "manifest": "oci-manifest",
}


def oci_document(request: dict[str, Any]) -> bool:
    """One of another kind, as those of earlier versions, says itself what it is."""
    try:
        return validate(request["text"].encode(), _KINDS.get(request["kind"], "")).valid
    except ValueError:
        return False


OPS = {"oci_document": oci_document}

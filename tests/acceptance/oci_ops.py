"""``oci_document``: whether a document of the image specification is one that Careen opens an image by."""

import json
from typing import Any

from careen.errors import Error
from careen.images.manifest import is_index, parse_config, parse_index, parse_manifest


def oci_document(request: dict[str, Any]) -> bool:
    data = request["text"].encode()
    try:
        match request["kind"]:
            case "config":
                parse_config(data)
            case "imageindex":
                parse_index(data)
            case "descriptor":  # as that of a layer: one alone is no document
                parse_manifest(b'{"config": {"digest": "sha256:%s"}, "layers": [%s]}' % (b"0" * 64, data))
            case "imagelayout":
                json.loads(data)
            case _:  # a manifest of any kind, or what Docker wrote before there was a specification
                if "rootfs" in json.loads(data):
                    parse_config(data)
                elif is_index(data):
                    parse_index(data)
                else:
                    parse_manifest(data)
    except (ValueError, Error):
        return False
    return True


OPS = {"oci_document": oci_document}

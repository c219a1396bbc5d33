"""Tags of documents that are attached to an image: the list of its referrers, and cosign's signatures, attestations and
SBOMs. They are no images, and a registry lists them among the tags of images.

The name alone decides nothing: an image under such a name is an image. Raises nothing: a manifest that cannot be read
is not known to be a document.
**Source:** OCI distribution-spec 1.1, "Referrers Tag Schema"; sigstore/cosign, specs/SIGNATURE_SPEC.md.
"""

import re

from careen.errors import Error
from careen.images.distribution import Repository
from careen.images.manifest import holds_no_image

_NAME = re.compile(r"sha(?:256|512)-[0-9a-f]{64,128}(?:\.(?:sig|att|sbom))?")


def is_attached(tag: str, repository: Repository) -> bool:
    if not _NAME.fullmatch(tag):
        return False
    try:
        data, _ = repository.manifest(tag, None)
        return holds_no_image(data)
    except Error:
        return False

"""The platforms that Careen assesses. The packages of other platforms are not read."""

from careen.model.image import Image
from careen.model.inventory import Unknown
from careen.model.package import Evidence

SYSTEMS = frozenset(("linux", "freebsd"))


def unassessed_platform(image: Image) -> tuple[Unknown, ...]:
    """One unknown if the image is of Windows or another system that is not assessed; else ()."""
    if image.platform is None or image.platform.os in SYSTEMS:
        return ()
    reason = f"it is an image of {image.platform.os}, whose packages and updates are not read"
    return (Unknown("platform", Evidence("the image", 0), reason, whole_layer=True, code="unsupported_platform"),)

"""Which platforms Careen assesses: an image of another one has packages that no reader knows."""

from careen.model.image import Image
from careen.model.inventory import Unknown
from careen.model.package import Evidence

SYSTEMS = frozenset(("linux", "freebsd"))


def unassessed_platform(image: Image) -> tuple[Unknown, ...]:
    """What there is to say of an image of Windows or another system that is not assessed."""
    if image.platform is None or image.platform.os in SYSTEMS:
        return ()
    reason = f"it is an image of {image.platform.os}, whose packages and updates are not read"
    return (Unknown("platform", Evidence("the image", 0), reason, whole_layer=True, code="unsupported_platform"),)

"""Whether an image was built on the digest to which the tag of its base image points, at the latest check
(``base_tags``).
"""

from sqlalchemy import ColumnElement, and_, false, not_, select

from .tables import base_tag, image


def tag_of(project_id: int) -> ColumnElement[bool]:
    """A condition that joins an image (``image``) with the project's checked tag of its base image (``base_tag``)."""
    return and_(base_tag.c.project_id == project_id, base_tag.c.reference == image.c.base, base_tag.c.digests != "")


def is_current() -> ColumnElement[bool]:
    return (" " + base_tag.c.digests + " ").contains(" " + image.c.base_digest + " ")


def is_outdated(project_id: int | None) -> ColumnElement[bool]:
    """A condition on rows of ``image``: the tag of the base image points to another digest than the one the image
    states. An image that states no base digest does not meet it.
    """
    if project_id is None:
        return false()
    other = select(base_tag.c.id).where(tag_of(project_id), not_(is_current()))
    return and_(image.c.base_digest != "", other.exists())

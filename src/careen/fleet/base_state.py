"""Whether an image stands on the digest to which the tag of its base points, by the latest check (``base_tags``)."""

from sqlalchemy import ColumnElement, and_, false, not_, select

from .tables import base_tag, image


def tag_of(project_id: int) -> ColumnElement[bool]:
    """Joins the checked tag of an image's base."""
    return and_(base_tag.c.project_id == project_id, base_tag.c.reference == image.c.base, base_tag.c.digests != "")


def is_current() -> ColumnElement[bool]:
    return (" " + base_tag.c.digests + " ").contains(" " + image.c.base_digest + " ")


def is_outdated(project_id: int | None) -> ColumnElement[bool]:
    """About rows of ``image``. What states no digest is not known to be outdated."""
    if project_id is None:
        return false()
    other = select(base_tag.c.id).where(tag_of(project_id), not_(is_current()))
    return and_(image.c.base_digest != "", other.exists())

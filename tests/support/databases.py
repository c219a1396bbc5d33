"""Databases that look as if they had been made at another time."""

from msgspec.structs import replace

from careen.database.build import Kept, build
from careen.database.file_state import rows_of


def dated(path, built, **changes):
    """Builds the file anew as of that moment, with other dates of its feeds (fields of ``FeedRow``)."""
    build(path, [Kept(replace(row, **changes)) for row in rows_of(path).values()], built, path)

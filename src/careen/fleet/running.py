"""Which images run, and when an agent last saw each of them.

Projects share the row of an image. What runs in one project's clusters is not shown to another, so that each project
has its own moment.
"""

from sqlalchemy import ColumnElement, Connection, func, select

from .counting import count
from .tables import image, project_image

FEW = 2000  # up to so many images that run, a list names them


def runs_at(project_id: int | None) -> ColumnElement[float | None]:
    """A column for rows of ``image``: when an agent of the project last saw it run; NULL if none did. None: of any project."""
    seen = select(func.max(project_image.c.runs_at)).where(*_running(project_id), project_image.c.image_id == image.c.id)
    return seen.correlate_except(project_image).scalar_subquery()


def is_running(connection: Connection, project_id: int | None) -> ColumnElement[bool]:
    """A condition on rows of ``image``. If few images run, it names them; otherwise it is evaluated for each row."""
    running = select(project_image.c.image_id).where(*_running(project_id))
    if count(connection, running, FEW).exact:
        return image.c.id.in_(running)
    return runs_at(project_id).is_not(None)


def _running(project_id: int | None) -> list[ColumnElement[bool]]:
    of_project = [] if project_id is None else [project_image.c.project_id == project_id]
    return [*of_project, project_image.c.runs_at.is_not(None)]

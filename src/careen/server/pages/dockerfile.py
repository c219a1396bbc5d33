"""The advice about an image as a change of its Dockerfile. The user uploads the Dockerfile, and it is not stored."""

from typing import Any

from starlette.responses import Response

from careen.errors import Error
from careen.server.errors import Refused

from .forms import sentence
from .templating import segment
from .visit import Screen, Visit

NAME = "Dockerfile"
FORM_BYTES = 1 << 20


def dockerfile(visit: Visit) -> Response:
    return _page(visit)


def preview(visit: Visit) -> Response:
    text = _text(visit)
    try:
        found = visit.ask("preview_dockerfile", {"text": text, "name": NAME})
    except (Refused, Error) as error:
        refused = error if isinstance(error, Refused) else Refused(422, str(error), hint=error.hint)
        return _page(visit, refused.status, text=text, trouble=sentence(refused))
    return _page(visit, text=text, found=found)


def _page(visit: Visit, status: int = 200, **data: Any) -> Response:
    assert visit.project is not None
    image = visit.ask("read_image")
    here = f"{visit.project.path}/images/{segment(image['identity'])}"
    return visit.render("dockerfile.html", status, image=image, here=here, **{"text": "", "trouble": "", "found": None, **data})


def _text(visit: Visit) -> str:
    """The uploaded file, or the text of the form. Browsers send a form's lines with carriage returns, which are
    removed.
    """
    if (file := visit.files.get("file")) and file.content:
        return file.content.decode("utf-8", "replace")
    return visit.form.get("dockerfile", "").replace("\r\n", "\n")


SCREENS = (
    Screen("/projects/{project}/images/{identity}/dockerfile", dockerfile),
    Screen("/projects/{project}/images/{identity}/dockerfile", preview, "read", "POST", FORM_BYTES),
)

"""The page for first steps: a registry, one image, an archive, an SBOM or a report, up to the first verdict."""

from starlette.responses import Response

from careen.errors import Error
from careen.fleet.uploads import MAX_BYTES
from careen.output.escape import visible
from careen.server.errors import Refused

from .forms import sentence
from .visit import Screen, Visit

LATEST = 5
LONGEST_NAME = 200
FORM_BYTES = MAX_BYTES + (1 << 20)
LARGER = "careen scan FILE --server URL scans an archive of any size, and stores its report here"


def start(visit: Visit) -> Response:
    return _start_page(visit)


def scan(visit: Visit) -> Response:
    try:
        found = visit.ask("create_scan", {"reference": visit.form.get("reference", "").strip()})
    except (Refused, Error) as error:
        return _refused(visit, error)
    return visit.redirect(f"{_start(visit)}/images/{found['identity']}", "scanning")


def upload(visit: Visit) -> Response:
    file = visit.files.get("file")
    try:
        if file is None or not file.content:
            raise Refused(422, "choose a file", "body")
        file_name = visible(file.file_name)[:LONGEST_NAME]
        found = visit.ask(
            "create_upload", file.content, name=visit.form.get("name", "").strip() or None, file=file_name or None
        )
    except (Refused, Error) as error:
        return _refused(visit, error)
    return visit.redirect(f"{_start(visit)}/images/{found['identity']}", "uploaded")


def _start_page(visit: Visit, trouble: str = "", status: int = 200) -> Response:
    images = visit.ask("list_images", sort="newest", limit=LATEST)["items"]
    registries = visit.ask("list_registries", limit=LATEST)["items"]
    reference, name = visit.form.get("reference", ""), visit.form.get("name", "")
    data = {"trouble": trouble, "reference": reference, "name": name, "most": MAX_BYTES, "larger": LARGER}
    return visit.render("start.html", status, images=images, registries=registries, **data)


def _refused(visit: Visit, error: Refused | Error) -> Response:
    refused = error if isinstance(error, Refused) else Refused(422, str(error), hint=error.hint)
    return _start_page(visit, sentence(refused), refused.status)


def _start(visit: Visit) -> str:
    assert visit.project is not None
    return visit.project.path


SCREENS = (
    Screen("/projects/{project}/start", start),
    Screen("/projects/{project}/scan", scan, "scan", "POST"),
    Screen("/projects/{project}/upload", upload, "upload", "POST", FORM_BYTES, LARGER),
)

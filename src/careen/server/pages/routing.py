"""Screens as routes: authentication, forms with their token, and errors as pages."""

from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from careen.fleet.tables import project
from careen.server import auth
from careen.server.app import refusal
from careen.server.errors import TITLES, Refused, not_found
from careen.server.limits import Rates, read_body
from careen.server.multipart import Field, fields_of
from careen.server.principal import NOBODY, Principal

from .place import Place, local
from .templating import render
from .visit import Project, Screen, Visit

MAX_FIELDS = 2000
MAX_TEXT = 100_000  # bytes of a text in a form with files
HEADINGS = {
    400: "The address or the form is wrong",
    403: "You may not do this",
    404: "There is no such page",
    413: "The file is too large",
    422: "This cannot be done",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not available now",
}


def route_of(screen: Screen) -> Route:
    async def answer(request: Request) -> Response:
        try:
            return await _answered(request, screen)
        except Exception as error:
            return await run_in_threadpool(error_page, request, refusal(error))

    return Route(screen.path, answer, methods=[screen.method])


def error_page(request: Request, refused: Refused) -> Response:
    """The page for a refusal. Without a login, it redirects to the login, which returns to this page."""
    if refused.status == 401 and request.url.path != "/login":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(Place("/login").url(next=back if request.method in auth.SAFE and back != "/" else None), 303)
    visit = getattr(request.state, "visit", None)
    heading = HEADINGS.get(refused.status, TITLES[refused.status])
    data = {"heading": heading, "refused": refused, "came_from": _came_from(request)}
    response = render(request, "error.html", refused.status, visit=visit, **data)
    response.headers.update(refused.headers)
    return response


def wants_page(request: Request) -> bool:
    """Whether a browser requests a page, and not a program an answer of an interface."""
    return request.method in auth.SAFE and "text/html" in request.headers.get("accept", "")


def _came_from(request: Request) -> str:
    """The page of this server with the form or link that led here; "" if it is not known."""
    address = urlsplit(request.headers.get("referer", ""))
    if not address.path or address.netloc != request.headers.get("host") or address.path == request.url.path:
        return ""
    return local(address.path + (f"?{address.query}" if address.query else ""))


async def _answered(request: Request, screen: Screen) -> Response:
    form: dict[str, str] = {}
    files: dict[str, Field] = {}
    if screen.method == "POST":
        if screen.scope != "public":
            await run_in_threadpool(auth.require_known, request)
        form, files = await _form(request, screen)
        request.state.csrf = form.pop("csrf", "")
    return await run_in_threadpool(_shown, request, screen, form, files)


def _shown(request: Request, screen: Screen, form: dict[str, str], files: dict[str, Field]) -> Response:
    principal, of = _admitted(request, screen)
    visit = Visit(request, request.app.state.fleet, principal, request.path_params, dict(request.query_params), form, files, of)
    request.state.visit = visit
    return screen.show(visit)


def _admitted(request: Request, screen: Screen) -> tuple[Principal, Project | None]:
    rates: Rates = request.app.state.rates
    if screen.scope == "public":
        rates.take(f"address {request.client.host if request.client else ''}")
        return NOBODY, None
    number = _number(request.path_params["project"]) if "project" in request.path_params else None
    principal = auth.require(request, screen.scope, number)
    rates.take(principal.name)
    if number is None:
        return principal, None
    with request.app.state.fleet.engine.connect() as connection:
        name = connection.execute(select(project.c.name).where(project.c.id == number)).scalar()
    return principal, Project(number, str(name))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise not_found()
    return int(text)


async def _form(request: Request, screen: Screen) -> tuple[dict[str, str], dict[str, Field]]:
    """The text fields and the files of a form. Repeated fields are joined by newlines. Raises Refused."""
    kind = request.headers.get("content-type", "")
    try:
        data = await read_body(request, screen.max_bytes)
    except Refused as refused:
        if refused.status != 413:
            raise
        detail = f"what you sent has more than {screen.max_bytes >> 20} MiB"
        raise Refused(413, detail, refused.code, refused.headers, screen.larger) from None
    if kind.startswith("multipart/form-data"):
        fields = fields_of(kind, data)
        small = {name: field.content for name, field in fields.items() if len(field.content) <= MAX_TEXT}
        return {name: content.decode("utf-8", "replace") for name, content in small.items()}, fields
    if data and kind.partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused(415, "the body must be a form", "media_type")
    try:
        pairs = parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, strict_parsing=bool(data))
    except (ValueError, UnicodeDecodeError):
        raise Refused(400, "the form cannot be read", "body") from None
    form: dict[str, str] = {}
    for name, value in pairs:
        form[name] = f"{form[name]}\n{value}" if name in form else value
    return form, {}

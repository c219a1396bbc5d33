"""Pages without a session: log in, log out, the first user, and the choice between dark and light."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from careen.server.call import Answer
from careen.server.errors import Refused
from careen.server.setup import has_users

from .forms import sentence
from .place import local
from .templating import THEME_COOKIE, THEMES
from .visit import Screen, Visit

YEAR_S = 365 * 86_400


def show_login(visit: Visit) -> Response:
    return _login(visit, local(visit.query.get("next", "/")))


def log_in(visit: Visit) -> Response:
    to = local(visit.form.get("next", "/"))
    name, password = visit.form.get("name", ""), visit.form.get("password", "")
    if not name or not password:
        return _login(visit, to, name, "Enter a name and a password.", 422)
    try:
        answer = visit.answer("log_in", {"name": name, "password": password})
    except Refused as refused:
        return _login(visit, to, name, sentence(refused), refused.status)
    return with_cookies(visit, answer, RedirectResponse(to, 303))


def log_out(visit: Visit) -> Response:
    return with_cookies(visit, visit.answer("log_out"), RedirectResponse("/login", 303))


def show_setup(visit: Visit) -> Response:
    return visit.render("setup.html", trouble="", name="")


def set_up(visit: Visit) -> Response:
    """Makes the first user and logs them in."""
    form = {name: visit.form.get(name, "") for name in ("token", "name", "password")}
    form["token"] = form["token"].rpartition("#")[2].strip()  # users may paste the whole link
    trouble, status = "", 422
    if not form["name"] or len(form["password"]) < 12:
        trouble = "Choose a name, and a password of at least 12 characters."
    elif form["password"] != visit.form.get("again", ""):
        trouble = "The two passwords differ."
    else:
        try:
            visit.ask("set_up", form)
        except Refused as refused:
            trouble, status = sentence(refused), refused.status
    if trouble:
        return visit.render("setup.html", status, trouble=trouble, name=form["name"])
    answer = visit.answer("log_in", {"name": form["name"], "password": form["password"]})
    return with_cookies(visit, answer, RedirectResponse("/", 303))


def set_theme(visit: Visit) -> Response:
    response = RedirectResponse(local(visit.form.get("next", "/")), 303)
    theme = visit.form.get("theme", "")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR_S, path="/", samesite="lax", secure=_is_secure(visit))
    else:
        response.delete_cookie(THEME_COOKIE, path="/")
    return response


def with_cookies(visit: Visit, answer: Answer, response: Response) -> Response:
    for name, value, seconds in answer.cookies:
        response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, secure=_is_secure(visit), samesite="lax")
    return response


def _login(visit: Visit, to: str, name: str = "", trouble: str = "", status: int = 200) -> Response:
    issuers = [
        (issuer.address, f"/api/v1/oidc/login?{urlencode({'issuer': issuer.address})}")
        for issuer in visit.request.app.state.options.issuers
    ]
    with visit.fleet.engine.connect() as connection:
        is_new = not has_users(connection)
    return visit.render("login.html", status, next=to, name=name, trouble=trouble, issuers=issuers, is_new=is_new)


def _is_secure(visit: Visit) -> bool:
    return bool(visit.request.app.state.options.secure)


SCREENS = (
    Screen("/login", show_login, "public"),
    Screen("/login", log_in, "public", "POST"),
    Screen("/logout", log_out, "signed-in", "POST"),
    Screen("/setup", show_setup, "public"),
    Screen("/setup", set_up, "public", "POST"),
    Screen("/theme", set_theme, "public", "POST"),
)

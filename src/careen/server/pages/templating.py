"""Templates of the pages. They extend those of the reports (``output/pages``): the same macros, escaping and style.

Every expression is made visible text and escaped for HTML. No page contains a script or a style: the content security
policy only allows files of this server.
"""

import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from careen import __version__
from careen.output.pages import environment as of_reports

from . import static
from .navigation import navigation
from .notices import NOTICES

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
THEMES = ("light", "dark")
THEME_COOKIE = "careen_theme"


def render(request: Request, template: str, status: int = 200, *, visit: Any = None, **data: Any) -> Response:
    """A page. ``visit`` None: no user has signed in, so the page has no navigation."""
    theme = request.cookies.get(THEME_COOKIE, "")
    values = {
        "version": __version__,
        "now": time.time(),
        "static": static.address,
        "theme": theme if theme in THEMES else "",
        "visit": visit,
        "place": visit.place if visit else None,
        "navigation": navigation(visit) if visit else (),
        "notice": NOTICES.get(visit.query.get("notice", "")) if visit else None,
    }
    text = environment().get_template(template).render(values | data)
    return HTMLResponse(text, status, {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-store"})


@cache
def environment() -> "Environment":
    from jinja2 import ChoiceLoader, FileSystemLoader

    known = of_reports()
    assert known.loader is not None
    own = FileSystemLoader(Path(__file__).parent / "templates")
    made = known.overlay(loader=ChoiceLoader([own, known.loader]))
    made.filters = {
        **known.filters,
        "moment": moment,
        "bytes": bytes_text,
        "age": age_text,
        "short": short,
        "segment": segment,
        "area": area,
        "diff": diff,
    }
    return made


def area(text: str) -> "Markup":
    """The content of a text area: its line breaks are kept, and each line is made visible text."""
    from markupsafe import Markup, escape

    from careen.output.escape import visible

    return Markup("\n").join(escape(visible(line)) for line in str(text).splitlines())


def diff(text: str) -> "Markup":
    """The lines of a unified diff as HTML, each with a class for added, removed or unchanged lines."""
    from markupsafe import Markup

    from careen.output.escape import visible

    kinds = {"+": "add", "-": "gone", "@": "place"}
    line = Markup('<span class="{}">{}\n</span>')  # with the line break, so that copied text has lines
    return Markup("").join(
        line.format(kinds.get(row[:1], "same"), "\t".join(map(visible, row.split("\t")))) for row in text.splitlines()
    )


def moment(seconds: float | None) -> str:
    """A time for the attribute of <time>; "" for None."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bytes_text(count: float) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count:,.0f} B"


def age_text(seconds: float) -> str:
    """A rough duration, such as the age of a waiting job: "3 hours"."""
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size or (seconds >= size and unit == "day"):
            return f"{seconds / size:.0f} {unit}s" if round(seconds / size) != 1 else f"1 {unit}"
    return f"{max(0, seconds):.0f} s"


def segment(name: str) -> str:
    """A name as one percent-encoded segment of a path."""
    return quote(name, safe=":@")


def short(digest: str) -> str:
    """The digest or identity, shortened for display."""
    kind, colon, rest = digest.rpartition(":")
    return f"{kind}:{rest[:12]}…" if colon and len(rest) > 20 else digest

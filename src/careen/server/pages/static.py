"""The files of the pages: one style, scripts, an icon. Their URLs contain a digest, so that browsers cache them for a
year.

The style is that of the reports (``output/pages``), followed by the parts that only pages of the server need.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from careen.output.pages import asset
from careen.server.errors import not_found, problem

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STYLE = "style.css"
LASTING = "public, max-age=31536000, immutable"


def route() -> Route:
    return Route("/static/{digest}/{name}", answer)


def address(name: str) -> str:
    return f"/static/{_digest(name)}/{name}"


async def answer(request: Request) -> Response:
    """A static file. A page of an earlier release, with another digest, gets the current file, which its browser must
    not cache.
    """
    name = request.path_params["name"]
    if name not in names():
        return problem(not_found())
    lasting = LASTING if request.path_params["digest"] == _digest(name) else "no-cache"
    return Response(content(name), 200, {"Cache-Control": lasting}, f"{TYPES[Path(name).suffix]}; charset=utf-8")


@cache
def names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in TYPES)


@cache
def content(name: str) -> bytes:
    data = (FOLDER / name).read_bytes()
    return asset("page.css").encode() + data if name == STYLE else data


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(content(name)).hexdigest()[:16]

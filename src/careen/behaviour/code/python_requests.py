"""What a value of a request reaches in Python: calls that are graver with it, and calls that are dangerous only with it."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from .python_flow import Bindings, Parents, scope_of
from .python_names import argument
from .rules import OF_REQUEST, Match

_TEMPLATES = ("render_template_string", "from_string")
_LIBRARIES = frozenset(("requests", "httpx"))
_METHODS = frozenset(("get", "post", "put", "delete", "patch", "head", "options", "request", "stream"))
_CLIENTS = frozenset(("client", "http_client", "session"))
_OPENERS = frozenset(
    ("urllib.request.urlopen", "urllib.request.urlretrieve", "urllib.request.Request", "urllib2.urlopen", "urllib.urlopen")
)
_FILES = frozenset(("FileResponse", "send_file"))
_OPENED = frozenset(
    ("open", "io.open", "os.open", "os.remove", "os.unlink", "shutil.rmtree", "pathlib.Path", "aiofiles.open", "os.listdir")
)


class Site(NamedTuple):
    """A node that matches rules, or a call. ``name``: of what is called."""

    node: ast.AST
    name: str
    matches: tuple[Match, ...]


def request_matches(site: Site, bindings: Bindings, parents: Parents) -> Iterator[Match]:
    """The matches of a site. They are of high severity if what a visitor sends reaches the call; some count only then."""
    if not isinstance(call := site.node, ast.Call):
        yield from site.matches
        return
    scope = scope_of(call, parents)
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg in ("args", "source"))]
    for match in site.matches:
        reaches = match.rule in OF_REQUEST and match.severity is None and _reaches(given, scope, bindings)
        yield match._replace(text=f"{match.text}, with a value of a request", severity="high") if reaches else match
    name = site.name or getattr(call.func, "attr", "")
    last = name.rpartition(".")[2]
    if (name == "jinja2.Template" or name.endswith(_TEMPLATES)) and _reaches(given, scope, bindings):
        yield Match("COD-002", call.lineno, f"{name}: a template with a value of a request", "high")
    elif (name in _OPENED or last in _FILES) and (path := argument(call, "path", 0)) and bindings.is_of_request(path, scope):
        yield Match("COD-010", call.lineno, f"{name}: a path from a request")
    elif (address := _address(call, name)) is not None and bindings.begins_with_request(address, scope):
        yield Match("COD-021", call.lineno, f"{name}: a request chooses the address")


def _reaches(given: list[ast.expr], scope: ast.AST, bindings: Bindings) -> bool:
    return any(bindings.is_of_request(value, scope) for value in given)


def _address(call: ast.Call, name: str) -> ast.expr | None:
    """The address that a call reads; None for another call."""
    library, _, method = name.rpartition(".")
    if name in _OPENERS:
        return argument(call, "url", 0)
    if method in _METHODS and (library in _LIBRARIES or library.rpartition(".")[2] in _CLIENTS):
        return argument(call, "url", 1 if method in ("request", "stream") else 0)
    return None

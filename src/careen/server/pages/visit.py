"""The argument of a screen: the user, the requested page, and calls of the API's operations in the user's name."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from careen.errors import Error
from careen.fleet.fleet import Fleet
from careen.fleet.projects import QuotaError
from careen.safety.typed import converted
from careen.server import auth
from careen.server.api import HANDLERS
from careen.server.app import body_type, refusal
from careen.server.call import Answer, Call
from careen.server.document import Operation, operations
from careen.server.errors import Refused, not_found
from careen.server.multipart import Field
from careen.server.parameters import value_of
from careen.server.principal import NOBODY, Principal

from .forms import wrong_value
from .place import Place
from .templating import render


class Project(Struct, frozen=True):
    id: int
    name: str

    @property
    def path(self) -> str:
        return f"/projects/{self.id}"


class Visit(Struct, frozen=True):
    """A request for a page. ``path`` and ``query`` are parts of its URL; ``form`` has the fields of a POST, ``files``
    the files of an upload.
    """

    request: Request
    fleet: Fleet
    principal: Principal
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str] = {}
    files: Mapping[str, Field] = {}
    project: Project | None = None

    @property
    def place(self) -> Place:
        return Place(self.request.url.path, tuple(self.query.items()))

    def may(self, scope: str) -> bool:
        """Whether the user may do what needs this scope: ``public``, ``signed-in``, ``service``, or one of the project."""
        who = self.principal
        if scope == "public":
            return True
        if scope == "signed-in":
            return who is not NOBODY
        return who.is_admin if scope == "service" else scope in who.scopes

    def ask(self, operation: str, body: Any = None, **values: Any) -> Any:
        """The body of an operation's answer. ``values`` are parameters of its path and query; None is not sent. Raises:
        Refused, as the API does.
        """
        return self.answer(operation, body, **values).body

    def answer(self, operation: str, body: Any = None, **values: Any) -> Answer:
        """The answer of an operation. ``body`` is a value for JSON, or bytes if the operation takes a document. Raises
        Refused.
        """
        call, handler = self.call(operation, **values), HANDLERS[operation]
        arguments = (_body(body, body_type(handler)),) if call.operation.media_types else ()
        try:
            found: Answer = handler(call, *arguments)
        except (Error, QuotaError, IntegrityError) as error:
            raise refusal(error) from error
        return found

    def call(self, operation: str, **values: Any) -> Call:
        """The call of an operation, as a handler of the API gets it."""
        called = _operations()[operation]
        given = {**({"project": self.project.id} if self.project else {}), **self.path, **values}
        principal = self._principal_for(called, given.get("project"))
        known = {name: value for name, value in given.items() if value is not None}
        path = {part.name: _in_path(part.schema, known[part.name]) for part in called.parameters if part.place == "path"}
        query = {
            part.name: _value(part.schema, known[part.name]) if part.name in known else part.schema.get("default")
            for part in called.parameters
            if part.place == "query"
        }
        headers = {part.name: None for part in called.parameters if part.place == "header"}
        return Call(self.request, called, self.fleet, principal, path, query, headers)

    def render(self, template: str, status: int = 200, **data: Any) -> Response:
        return render(self.request, template, status, visit=self, **data)

    def redirect(self, to: str, notice: str = "") -> Response:
        """The redirect after a change. ``notice`` is the key of a sentence of ``notices.py`` that the next page shows."""
        return RedirectResponse(Place.of(to).url(notice=notice or None), 303)

    def _principal_for(self, called: Operation, project: Any) -> Principal:
        if called.scope == "public":
            return self.principal
        if project is not None and "{project}" in called.path and (not self.project or int(project) != self.project.id):
            return auth.require(self.request, called.scope, int(project))
        if not self.may(called.scope):
            raise Refused(403, f"this needs the scope {called.scope}", "scope")
        return self.principal


class Screen(Struct, frozen=True):
    """A screen. ``scope``: public, signed-in, service, or a scope of the project in the path. A POST has a form."""

    path: str
    show: Callable[[Visit], Response]
    scope: str = "read"
    method: str = "GET"
    max_bytes: int = 1 << 20  # size of a form
    larger: str = ""  # what helps with a larger file


@cache
def _operations() -> Mapping[str, Operation]:
    return {operation.id: operation for operation in operations()}


def _value(schema: Mapping[str, Any], given: Any) -> Any:
    text = str(given).lower() if isinstance(given, bool) else str(given)
    try:
        return value_of(schema, text)
    except ValueError as error:
        raise Refused(400, f"a value of the address is wrong: {error}", "parameter") from None


def _in_path(schema: Mapping[str, Any], given: Any) -> Any:
    try:
        return value_of(schema, str(given))
    except ValueError:
        raise not_found() from None


def _body(body: Any, kind: Any) -> Any:
    if kind is bytes or isinstance(body, kind):
        return body
    try:
        return converted(body, kind)
    except msgspec.ValidationError as error:
        raise Refused(400, wrong_value(str(error)), "body") from None

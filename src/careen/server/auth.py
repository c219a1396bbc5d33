"""Who sends a request, and what they may do."""

from collections.abc import Mapping

from msgspec import Struct
from starlette.requests import Request


class Principal(Struct, frozen=True):
    """``project_id`` None: of the whole service."""

    project_id: int | None
    name: str
    role: str
    scopes: frozenset[str]


class Refused(Exception):  # noqa: N818
    """``status``: 401 without a valid key, 403 if it has not the scope."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def require(request: Request, scope: str) -> Principal:
    """The principal of the request's key or session, if it has the scope. Raises Refused."""
    raise NotImplementedError

"""What the API needs of parts of the fleet that other modules provide, as one value; ``run`` fills it in."""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from careen.fleet.fleet import Fleet, Lane


class RegistryWanted(Struct, frozen=True):
    host: str
    namespace: str = ""
    kind: str = "auto"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newest: int | None = None
    every_s: float | None = None
    username: str = ""
    password: str = ""


class RegistryCalls(Protocol):
    """They raise UsageError for a host that must not be asked, NetworkError if it does not answer."""

    def add(self, fleet: Fleet, project_id: int, wanted: RegistryWanted) -> int:
        """The id of its row; the credentials are sealed."""
        ...

    def test(self, fleet: Fleet, registry_id: int) -> Sequence[str]:
        """The first repositories that a crawl would see."""
        ...

    def crawl_soon(self, fleet: Fleet, registry_id: int, lane: Lane, by: str) -> None: ...


class Found(Struct, frozen=True):
    """``kind``: packages, findings or images; ``last``: the key of the last row, if more follow."""

    kind: str
    items: tuple[dict[str, Any], ...]
    last: list[Any] | None = None


class SearchCalls(Protocol):
    """They raise UsageError for a query that cannot be read, which names the place."""

    def search(self, fleet: Fleet, project_id: int, query: str, after: list[Any] | None, limit: int) -> Found: ...
    def complete(self, fleet: Fleet, project_id: int, query: str) -> Sequence[str]: ...


class Parts(Struct, frozen=True):
    registries: RegistryCalls
    search: SearchCalls

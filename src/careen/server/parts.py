"""What the API needs of parts of the fleet that other modules provide, as one value; ``run`` fills it in."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

from careen.fleet.fleet import Fleet, Lane
from careen.fleet.registries import Seen


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


class RegistryChange(Struct, frozen=True):
    """None: it stays. ``newest`` 0: all; ``every_s`` 0: only when asked; ``username`` "": without credentials."""

    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    newest: int | None = None
    every_s: float | None = None
    username: str | None = None
    password: str = ""


class RegistryCalls(Protocol):
    """Calls about registries. They raise UsageError for a host that must not be asked, NetworkError if it does not answer."""

    def add(self, fleet: Fleet, project_id: int, wanted: RegistryWanted) -> int:
        """The id of its row; the credentials are sealed."""
        ...

    def change(self, fleet: Fleet, project_id: int, registry_id: int, wanted: RegistryChange) -> None: ...

    def test(self, fleet: Fleet, registry_id: int) -> Sequence[str]:
        """Asks the registry, to test its settings, and returns the first repositories that a crawl would find."""
        ...

    def watch(self, fleet: Fleet, registry_id: int) -> Iterator[Seen]:
        """Like ``test``, but yields what a crawl would find while it is found."""
        ...

    def crawl_soon(self, fleet: Fleet, registry_id: int, lane: Lane, by: str) -> None: ...


class Found(Struct, frozen=True):
    """``kind``: packages, findings or images; ``last``: the key of the last row, if more follow."""

    kind: str
    items: tuple[dict[str, Any], ...]
    last: list[Any] | None = None


class SearchCalls(Protocol):
    """Calls for searches. They raise UsageError, with the place of the mistake, for a query that cannot be read."""

    def search(self, fleet: Fleet, project_id: int, query: str, after: list[Any] | None, limit: int) -> Found: ...
    def to_decide(self, fleet: Fleet, project_id: int, query: str, after: str, limit: int) -> Found:
        """A row for each vulnerability of a package."""
        ...

    def complete(self, fleet: Fleet, project_id: int, query: str) -> Sequence[str]: ...


class Parts(Struct, frozen=True):
    registries: RegistryCalls
    search: SearchCalls

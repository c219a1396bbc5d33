"""Functions of other modules that the API needs, as one value; ``run`` provides it."""

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
    """A change of a registry. None keeps a value. ``newest`` 0: all images; ``every_s`` 0: only on request;
    ``username`` "": without credentials.
    """

    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    newest: int | None = None
    every_s: float | None = None
    username: str | None = None
    password: str = ""


class RegistryCalls(Protocol):
    """Functions on registries. They raise UsageError for a host that must not be contacted, NetworkError if it does not
    answer.
    """

    def add(self, fleet: Fleet, project_id: int, wanted: RegistryWanted) -> int:
        """Adds a registry and returns the id of its row; the credentials are stored sealed."""
        ...

    def change(self, fleet: Fleet, project_id: int, registry_id: int, wanted: RegistryChange) -> None: ...

    def test(self, fleet: Fleet, registry_id: int) -> Sequence[str]:
        """Lists the registry as a test of its settings. Returns the first repositories that a crawl would find, as
        texts.
        """
        ...

    def watch(self, fleet: Fleet, registry_id: int) -> Iterator[Seen]:
        """Like ``test``, but yields each result as soon as the registry answers."""
        ...

    def crawl_soon(self, fleet: Fleet, registry_id: int, lane: Lane, by: str) -> None: ...


class Found(Struct, frozen=True):
    """The result of a search. ``kind``: packages, findings or images. ``last``: the key of the last row if more follow."""

    kind: str
    items: tuple[dict[str, Any], ...]
    last: list[Any] | None = None


class SearchCalls(Protocol):
    """Searches. They raise UsageError, with the position of the mistake, for a malformed query."""

    def search(
        self, fleet: Fleet, project_id: int, query: str, after: list[Any] | None, limit: int, *, images: bool = False
    ) -> Found:
        """``images``: the images that meet the query, whatever it is about."""
        ...

    def to_decide(self, fleet: Fleet, project_id: int, query: str, after: str, limit: int) -> Found:
        """Open findings, one row for each pair of vulnerability and package."""
        ...

    def complete(self, fleet: Fleet, project_id: int, query: str) -> Sequence[str]: ...


class Parts(Struct, frozen=True):
    registries: RegistryCalls
    search: SearchCalls

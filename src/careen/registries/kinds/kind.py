"""The interface of a kind of registry: how it is recognised, and how its repositories and tags are listed, page by
page.
"""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from careen.errors import InputError
from careen.images.authorization import Challenge

from ..asked import Asked

Item = TypeVar("Item")

MAX_PAGES = 20_000
_EMPTY_PAGES = 100  # in a row: some registries return pages without the names that the user may not see, others never end


class NoListError(InputError):
    """The registry does not provide this list, at least not to this user."""


class EndlessError(InputError):
    """A list that does not end, or repeats itself."""


class Tag(Struct, frozen=True):
    """A tag. ``digest`` is "" if the list does not contain it, so that a request for the tag is needed. ``pushed_at``:
    seconds since 1970.
    """

    name: str
    digest: str = ""
    pushed_at: float | None = None


class Page(Struct, Generic[Item], frozen=True):
    """A page of a list. ``following`` is the start of the next page; "" if this is the last. ``invalid`` are names of the
    list that no client could ask for.
    """

    items: tuple[Item, ...]
    following: str = ""
    invalid: tuple[str, ...] = ()


class Kind(Struct, frozen=True):
    """A kind of registry. ``repositories(asked, namespace, start)`` and ``tags(asked, repository, start)`` request a
    page from the registry ``asked``, the one that begins at ``start`` ("": the first). They raise NoListError if there
    is no such list.
    """

    name: str
    title: str
    of_host: Callable[[str], bool]
    of_challenge: Callable[[Challenge, str], bool]  # takes its response to a request without credentials, and its host
    repositories: Callable[[Asked, str, str], Page[str]]
    tags: Callable[[Asked, str, str], Page[Tag]]


def pages(ask: Callable[[str], Page[Item]], start: str = "") -> Iterator[Page[Item]]:
    """All pages from ``start`` on. Raises EndlessError."""
    asked: set[str] = set()
    empty = 0
    while start not in asked and len(asked) < MAX_PAGES and empty < _EMPTY_PAGES:
        asked.add(start)
        page = ask(start)
        empty = 0 if page.items else empty + 1
        yield page
        if not page.following:
            return
        start = page.following
    raise EndlessError("its list does not end, or repeats itself", "inform the registry's operator")


def never(*_: object) -> bool:
    return False

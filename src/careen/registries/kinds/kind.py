"""What a kind of registry is: how it is recognised, and how its repositories and tags are listed, page by page."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from careen.errors import InputError
from careen.images.authorization import Challenge

from ..asked import Asked

Item = TypeVar("Item")

MAX_PAGES = 20_000
_EMPTY_PAGES = 100  # in a row: some registries leave out what the user may not see, others never end


class NoListError(InputError):
    """The registry gives no such list, to this user at least."""


class EndlessError(InputError):
    """A list that does not end, or repeats itself."""


class Tag(Struct, frozen=True):
    """``digest`` is "" if the list has none: a request for the tag states it. ``pushed_at``: seconds since 1970."""

    name: str
    digest: str = ""
    pushed_at: float | None = None


class Page(Struct, Generic[Item], frozen=True):
    """``following`` is the start of the next page; "" if this is the last."""

    items: tuple[Item, ...]
    following: str = ""


class Kind(Struct, frozen=True):
    """``repositories(asked, namespace, start)`` and ``tags(asked, repository, start)`` request a page from the registry
    ``asked``: the one that begins at ``start`` ("": the first). They raise NoListError if the registry has no such list."""

    name: str
    title: str
    of_host: Callable[[str], bool]
    of_challenge: Callable[[Challenge, str], bool]  # what it answers to somebody unknown, and its host
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

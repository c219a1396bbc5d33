"""The URL of a page, and URLs that differ from it in a filter: the URL is the whole state of a page."""

from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from msgspec import Struct

OF_MOMENT = ("cursor", "after", "notice", "export")  # parameters that a URL with another filter drops

_IN_PATHS = "/:@~!$&'()*+,;=-._"  # characters that RFC 3986 allows in a path


class Place(Struct, frozen=True):
    path: str
    values: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(address: str) -> "Place":
        parts = urlsplit(address)
        return Place(parts.path, tuple(parse_qsl(parts.query)))

    def get(self, name: str) -> str:
        return dict(self.values).get(name, "")

    def url(self, **changes: str | int | None) -> str:
        """The URL with these parameters replaced; None removes one. The result begins on the list's first page."""
        kept = {name: value for name, value in self.values if name not in OF_MOMENT}
        for name, value in changes.items():
            if value is None or value == "":
                kept.pop(name, None)
            else:
                kept[name] = str(value)
        return _address(self.path, kept)

    def toggled(self, name: str, value: str) -> str:
        return self.url(**{name: None if self.get(name) == value else value})

    @property
    def here(self) -> str:
        """The URL with all its parameters, for a form that returns to the page."""
        return _address(self.path, dict(self.values))


def _address(path: str, values: dict[str, str]) -> str:
    return _quoted(path) + (f"?{urlencode(values)}" if values else "")


@lru_cache(maxsize=1000)
def _quoted(path: str) -> str:
    return quote(path, safe=_IN_PATHS)


def local(address: str) -> str:
    """The URL if it is a page of this server, else the first page: a login must not redirect to another site."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours and "\\" not in address and len(address) <= 2000 else "/"

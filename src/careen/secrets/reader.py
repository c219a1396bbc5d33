"""The reader of secrets, in the shape of a cataloger, so that it takes part in the one pass over a layer.

Its facts are redacted secrets; it finds no packages.
"""

from careen.model.finding import ExposedSecret
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

from . import NAME
from .find import Search
from .paths import is_searched

_SNIFFED = 1024


def read(file: File) -> Search | None:
    """Nothing where the first bytes are no text."""
    if not file.size_bytes or b"\0" in file.data[:_SNIFFED]:
        return None
    return Search(file.path)


SECRETS = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(select=is_searched, amount="stream"), read),),
    fact=ExposedSecret,
    role="secrets",
    limits="It looks into text, not into archives; files that came with a package are left out.",
)

"""Metadata of packages that a Dockerfile downloads by URL, read from the first bytes of each file.

``with_heads(document, ask)`` gives the Dockerfile with ``heads``; ``head_at(address, fetcher)`` reads one: at most the first
megabyte, by a range request if the server supports it, and no further than the header of the package. The fetcher decides
which hosts are allowed. Errors are texts: no answer of a server may stop a check.
"""

from collections.abc import Callable

from msgspec.structs import replace

from careen.errors import NetworkError
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.packages.package_head import MAX_BYTES, PackageHead, read_package_head
from careen.net.addresses import without_credentials
from careen.plugins import Fetcher

from .declared import predicted

MAX_ADDRESSES = 200  # of one Dockerfile
Ask = Callable[[str], PackageHead | str]


def with_heads(document: Dockerfile, ask: Ask) -> Dockerfile:
    addresses = [found.url for found in predicted(document) if found.url and found.package.type in ("rpm", "deb")]
    heads: dict[str, PackageHead | str] = {}
    for address in dict.fromkeys(addresses):
        if "$" in address:
            heads[address] = "its URL contains an unknown variable"
        elif len(heads) >= MAX_ADDRESSES:
            heads[address] = "over the limit of URLs of one Dockerfile"
        else:
            heads[address] = ask(address)
    return replace(document, heads=heads)


def head_at(address: str, fetcher: Fetcher) -> PackageHead | str:
    headers = {"Range": f"bytes=0-{MAX_BYTES - 1}", "Accept-Encoding": "identity"}
    try:
        response = fetcher.request(without_credentials(address), headers=headers)
        try:
            if response.status not in (200, 206):
                return f"its server answered {response.status}"
            return read_package_head(response.read)
        finally:
            response.close()
    except NetworkError as error:
        return f"{error} ({error.hint})" if error.hint else str(error)
    except ValueError as error:
        return f"its server did not send a package: {error}"

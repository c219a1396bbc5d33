"""Packages that a Dockerfile fetches by address: what each file says of itself, read from its first bytes.

``learnt(document, ask)`` gives the Dockerfile with ``heads``; ``head_at(address, fetcher)`` is how an address is asked: for
the first megabyte at most, by a range request where the server knows them, and no further than the file's own header.
Which hosts may be asked is the fetcher's rule. Whatever goes wrong is a text: nothing that an address answers, or does
not, may stop a check.
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


def learnt(document: Dockerfile, ask: Ask) -> Dockerfile:
    addresses = [one.url for one in predicted(document) if one.url and one.package.type in ("rpm", "deb")]
    heads: dict[str, PackageHead | str] = {}
    for address in dict.fromkeys(addresses):
        if "$" in address:
            heads[address] = "a variable in its address is not known"
        elif len(heads) >= MAX_ADDRESSES:
            heads[address] = "more addresses than are asked at once"
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
        return f"what its server sent is no package: {error}"

"""Packages that a Dockerfile does not pin, in the version that the base image's own repositories have today.

``with_versions`` asks for each base image once: what its repositories offer, or why that could not be read. The newest
version of a name is what apt and apk take. Packages of third parties' repositories are left open.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from careen.errors import Error
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.packages.repositories import Index, Offer, offers
from careen.model.package import Source
from careen.plugins import Fetcher, Response
from careen.versions.apk import VERSION_SCHEME as APK
from careen.versions.deb import VERSION_SCHEME as DEB

from .declared import Predicted

KINDS = ("deb", "apk")
MAX_INDEX_BYTES = 128 << 20  # as it is sent
_KEYS = {"deb": DEB.key, "apk": APK.key}
# (base image, names) -> the newest offer of each name, or why nothing is known.
OffersOf = Callable[[str, frozenset[str]], Mapping[str, Offer] | str]


def with_versions(document: Dockerfile, installs: Sequence[Predicted], offers_of: OffersOf) -> tuple[Predicted, ...]:
    bases = {stage.index: document.lineage(stage)[-1].resolved for stage in document.stages}
    wanted: dict[str, set[str]] = {}
    for one in installs:
        if _is_open(one):
            wanted.setdefault(bases[one.stage], set()).add(one.package.name)
    known = {base: _asked(base, frozenset(names), offers_of) for base, names in wanted.items()}
    return tuple(_with_version(one, known[bases[one.stage]]) if _is_open(one) else one for one in installs)


def newest(indices: Sequence[Index], names: Collection[str], fetcher: Fetcher) -> Mapping[str, Offer]:
    """Of these names, over all indices. Raises Error or ValueError where one cannot be read."""
    found: dict[str, tuple[tuple[object, ...], Offer]] = {}
    for index in indices:
        response = _first(index, fetcher)
        try:
            for offer in offers(index.kind, _Bounded(response)):  # type: ignore[arg-type]
                if offer.name in names:
                    try:
                        key = _KEYS[index.kind](offer.version)
                    except ValueError:
                        continue
                    if offer.name not in found or key > found[offer.name][0]:
                        found[offer.name] = key, offer
        finally:
            response.close()
    return {name: offer for name, (_, offer) in found.items()}


def _is_open(one: Predicted) -> bool:
    return one.package.type in KINDS and not one.pinned and one.url is None and one.package.vendor != "third_party"


def _asked(base: str, names: frozenset[str], offers_of: OffersOf) -> Mapping[str, Offer] | str:
    if "$" in base or base in ("", "scratch"):
        return "nothing says which base image its repositories are of"
    try:
        return offers_of(base, names)
    except Error as error:
        return f"{error} ({error.hint})" if error.hint else str(error)
    except ValueError as error:
        return f"the repositories of {base}: {error}"


def _with_version(one: Predicted, known: Mapping[str, Offer] | str) -> Predicted:
    if isinstance(known, str):
        return replace(one, trouble=known)
    offer = known.get(one.package.name)
    if offer is None:
        return one
    package = replace(one.package, version=offer.version, source=Source(offer.source, offer.source_version))
    return replace(one, package=package, pinned=True, today=True)


def _first(index: Index, fetcher: Fetcher) -> Response:
    statuses = []
    for address in index.addresses:
        response = fetcher.request(address, headers={"Accept-Encoding": "identity"})
        if response.status == 200:
            return response
        response.close()
        statuses.append(str(response.status))
    raise ValueError(f"{index.addresses[-1]} is not there ({', '.join(statuses)})")


class _Bounded:
    """What ``open_stream`` reads from."""

    def __init__(self, response: Response) -> None:
        self._response, self._left = response, MAX_INDEX_BYTES

    def read(self, size: int) -> bytes:
        data = self._response.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"an index of more than {MAX_INDEX_BYTES >> 20} MiB")
        return data

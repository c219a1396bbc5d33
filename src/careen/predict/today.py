"""Versions of unpinned packages of a Dockerfile: the versions that the repositories of the base image have today.

The repositories of each base image are read once. apt and apk install the newest version of a name. Packages of
third-party repositories keep an unknown version.
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
MAX_INDEX_BYTES = 128 << 20  # as it is transferred
_KEYS = {"deb": DEB.key, "apk": APK.key}
# (base image, names) -> the newest offer of each name, or why they are unknown.
OffersOf = Callable[[str, frozenset[str]], Mapping[str, Offer] | str]


def with_versions(document: Dockerfile, installs: Sequence[Predicted], offers_of: OffersOf) -> tuple[Predicted, ...]:
    bases = {stage.index: document.lineage(stage)[-1].resolved for stage in document.stages}
    wanted: dict[str, set[str]] = {}
    for install in installs:
        if _is_unpinned(install):
            wanted.setdefault(bases[install.stage], set()).add(install.package.name)
    known = {base: _offers(base, frozenset(names), offers_of) for base, names in wanted.items()}
    return tuple(
        _with_version(install, known[bases[install.stage]]) if _is_unpinned(install) else install for install in installs
    )


def newest(indices: Sequence[Index], names: Collection[str], fetcher: Fetcher) -> Mapping[str, Offer]:
    """The newest offer of each name in all indices. Raises Error or ValueError if an index cannot be read."""
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


def _is_unpinned(install: Predicted) -> bool:
    if install.pinned or install.url is not None:
        return False
    return install.package.type in KINDS and install.package.vendor != "third_party"


def _offers(base: str, names: frozenset[str], offers_of: OffersOf) -> Mapping[str, Offer] | str:
    if "$" in base or base in ("", "scratch"):
        return "the base image, and so its repositories, are unknown"
    try:
        return offers_of(base, names)
    except Error as error:
        return f"{error} ({error.hint})" if error.hint else str(error)
    except ValueError as error:
        return f"the repositories of {base}: {error}"


def _with_version(install: Predicted, known: Mapping[str, Offer] | str) -> Predicted:
    if isinstance(known, str):
        return replace(install, trouble=known)
    offer = known.get(install.package.name)
    if offer is None:
        return install
    package = replace(install.package, version=offer.version, source=Source(offer.source, offer.source_version))
    return replace(install, package=package, pinned=True, today=True)


def _first(index: Index, fetcher: Fetcher) -> Response:
    statuses = []
    for address in index.addresses:
        response = fetcher.request(address, headers={"Accept-Encoding": "identity"})
        if response.status == 200:
            return response
        response.close()
        statuses.append(str(response.status))
    raise ValueError(f"{index.addresses[-1]} is not available ({', '.join(statuses)})")


class _Bounded:
    """A response that raises ValueError if it exceeds the limit."""

    def __init__(self, response: Response) -> None:
        self._response, self._left = response, MAX_INDEX_BYTES

    def read(self, size: int) -> bytes:
        data = self._response.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"an index has more than {MAX_INDEX_BYTES >> 20} MiB")
        return data

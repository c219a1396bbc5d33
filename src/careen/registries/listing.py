"""The images of a registry: repositories by its catalogue, tags by their lists, narrowed by patterns and to the newest.

A name that the registry lists and that no image can have is left out. Raises: InputError where the registry does not tell
its repositories, NetworkError where it does not answer.
**Source:** OCI distribution-spec 1.1, "Listing tags"; distribution, "Catalog API".
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import Error, InputError
from careen.images.beside import asked_beside
from careen.images.blobs import BlobStore
from careen.images.distribution import Names, Repository
from careen.images.names import Reference, full_name, parse_reference
from careen.images.registry import connected, opened
from careen.model.image import Image, Platform
from careen.plugins import OpenContext

log = logging.getLogger(__name__)

PAGES = 2000  # of a thousand names each
OFFERED = 200  # tags of which the newest are looked for: whoever keeps more numbers them
_NUMBERS = re.compile(r"(\d+)")


class Wanted(Struct, frozen=True):
    """``include`` and ``exclude`` are patterns of a shell for REPOSITORY or REPOSITORY:TAG; ``newest`` counts tags of each."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newest: int | None = None


class Target(Struct, frozen=True):
    """One image and all the names that lead to it."""

    digest: str
    references: tuple[str, ...]
    open: Callable[[], Image]


class Trouble(Struct, frozen=True):
    reference: str
    error: str
    hint: str = ""


class Listed(Struct, frozen=True):
    repositories: int
    tags: int
    targets: tuple[Target, ...]
    troubles: tuple[Trouble, ...]


def targets(host: str, namespace: str, wanted: Wanted, context: OpenContext, pool: Executor) -> Listed:
    """In the order of their names. ``namespace`` is a repository or what repositories begin with; "" is all."""
    names, of_catalogue = repositories(host, namespace, context)
    names = tuple(name for name in names if _is_wanted_repository(name, wanted))
    listed = list(pool.map(lambda name: _of_repository(host, name, wanted, context), names))
    found: dict[str, list[tuple[Reference, Repository, BlobStore]]] = {}
    troubles = [*of_catalogue]
    tags = 0
    for repository, store, named, missing in listed:
        troubles += missing
        tags += len(named)
        for digest, reference in named:
            if repository and store:
                found.setdefault(digest, []).append((reference, repository, store))
    made = (_target(digest, group, context) for digest, group in found.items())
    return Listed(len(names), tags, tuple(sorted(made, key=lambda target: target.references)), tuple(troubles))


def repositories(host: str, namespace: str, context: OpenContext) -> tuple[tuple[str, ...], tuple[Trouble, ...]]:
    """Their names, and what is wrong with the list of them."""
    repository, _ = connected(f"{host}/{namespace or 'x'}", context)
    known = repository.catalogue(PAGES)
    if known is None:
        tags = repository.tags(1) if namespace else None
        if tags is None:
            raise InputError(
                f"{host} does not tell its repositories", f"name one repository: careen registry scan {host}/REPOSITORY"
            )
        return (namespace,), ()
    troubles = () if known.whole else (_endless(host, "repositories", known),)
    below = [name for name in known.names if not namespace or name == namespace or name.startswith(namespace + "/")]
    valid = tuple(sorted({name for name in below if _is_name(host, name)}))
    if len(valid) < len(set(below)):
        log.warning("%s lists %d names that no repository can have", host, len(set(below)) - len(valid))
    if not valid and namespace:
        repository.tags(1)  # says so where there is no such repository
        return (namespace,), troubles
    return valid, troubles


def _endless(reference: str, what: str, known: Names) -> Trouble:
    return Trouble(reference, f"its list of {what} does not end, or goes in a circle: {len(known.names):,} were taken")


def _of_repository(
    host: str, name: str, wanted: Wanted, context: OpenContext
) -> tuple[Repository | None, BlobStore | None, list[tuple[str, Reference]], list[Trouble]]:
    """(the repository, where its blobs are, digest and reference of each tag that is wanted, what could not be had)."""
    troubles: list[Trouble] = []
    named: list[tuple[str, Reference]] = []
    try:
        repository, store = connected(f"{host}/{name}", context)
        tags = repository.tags(PAGES)
    except Error as error:
        return None, None, [], [Trouble(f"{host}/{name}", str(error), error.hint)]
    if tags is None:
        return repository, store, [], [Trouble(f"{host}/{name}", "the registry does not tell its tags")]
    if not tags.whole:
        troubles.append(_endless(f"{host}/{name}", "tags", tags))
    references = [one for one in _references(host, name, tags.names) if _is_wanted(name, one.tag or "", wanted)]
    if wanted.newest is not None and len(references) > wanted.newest:
        references = _newest(references, wanted.newest, repository, store, context.platform)
    for reference in references:
        try:
            digest = repository.digest_of(reference.tag or "") or repository.manifest(reference.tag or "", None)[1]
        except Error as error:
            troubles.append(Trouble(str(reference), str(error), error.hint))
        else:
            named.append((digest, reference))
    return repository, store, named, troubles


def _references(host: str, name: str, tags: Iterable[str]) -> Iterator[Reference]:
    for tag in sorted(set(tags)):
        try:
            yield parse_reference(f"{host}/{name}:{tag}")
        except InputError:
            log.warning("%s/%s lists a tag that none can be", host, name)


def _newest(
    references: Sequence[Reference], count: int, repository: Repository, store: BlobStore, platform: Platform | None
) -> list[Reference]:
    """Those whose configurations say that they were made last; of very many tags, among the highest by number."""
    offered = sorted(references, key=lambda one: _natural(one.tag or ""), reverse=True)[: max(OFFERED, count)]

    def made(reference: Reference) -> str:
        try:
            return opened(repository, store, reference, str(reference), platform).config.created or ""
        except Error as error:
            log.info("%s: %s", reference, error)
            return ""

    return sorted(offered, key=made, reverse=True)[:count]


def _natural(tag: str) -> tuple[tuple[int, str], ...]:
    """Words before numbers, numbers by value; ``latest`` and other words alone go with the highest."""
    parts = [part for part in _NUMBERS.split(tag) if part]
    if not any(part.isdigit() for part in parts):
        return ((1 << 62, tag),)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def _target(digest: str, group: list[tuple[Reference, Repository, BlobStore]], context: OpenContext) -> Target:
    group = sorted(group, key=lambda entry: str(entry[0]))
    reference, repository, store = group[0]
    by_digest = Reference(reference.registry, reference.repository, reference.tag, digest)

    def open_it() -> Image:
        image = opened(repository, store, by_digest, str(reference), context.platform, asked_beside(context))
        return replace(image, opened=f"registry:{full_name(str(reference))}")

    return Target(digest, tuple(str(one) for one, _, _ in group), open_it)


def _is_name(host: str, name: str) -> bool:
    try:
        return parse_reference(f"{host}/{name}").repository == name
    except InputError:
        return False


def _is_wanted_repository(name: str, wanted: Wanted) -> bool:
    """Patterns with a tag are asked when the tags are known."""
    if any(":" not in pattern and fnmatchcase(name, pattern) for pattern in wanted.exclude):
        return False
    return not wanted.include or any(fnmatchcase(name, pattern.partition(":")[0]) for pattern in wanted.include)


def _is_wanted(name: str, tag: str, wanted: Wanted) -> bool:
    def says(pattern: str) -> bool:
        repository, colon, of_tag = pattern.partition(":")
        return fnmatchcase(name, repository) and (not colon or fnmatchcase(tag, of_tag))

    return not any(map(says, wanted.exclude)) and (not wanted.include or any(map(says, wanted.include)))

"""The images of a registry: repositories by its catalogue, tags by their lists, narrowed by patterns and to the newest.

A listed name that no image can have is left out. Raises: InputError if the registry does not list its repositories,
NetworkError if it does not answer.
**Source:** OCI distribution-spec 1.1, "Listing tags"; distribution, "Catalog API".
"""

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
from careen.log import logger
from careen.model.image import Image, Platform
from careen.plugins import OpenContext

log = logger(__name__)

PAGES = 2000  # of a thousand names each
OFFERED = 200  # tags whose dates are compared; of more, those with the highest numbers
_NUMBERS = re.compile(r"(\d+)")


class Wanted(Struct, frozen=True):
    """``include``, ``exclude``: shell patterns for REPOSITORY or REPOSITORY:TAG; ``newest``: how many tags of each."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newest: int | None = None


class Target(Struct, frozen=True):
    """One image and all the names that lead to it."""

    digest: str
    references: tuple[str, ...]
    open: Callable[[], Image]


class Failure(Struct, frozen=True):
    reference: str
    error: str
    hint: str = ""


class Listed(Struct, frozen=True):
    repositories: int
    tags: int
    targets: tuple[Target, ...]
    failures: tuple[Failure, ...]


def targets(host: str, namespace: str, wanted: Wanted, context: OpenContext, pool: Executor) -> Listed:
    """In the order of their names. ``namespace`` is a repository or a prefix of repositories; "" is all."""
    names, of_list = repositories(host, namespace, context)
    names = tuple(name for name in names if _is_wanted_repository(name, wanted))
    listed = list(pool.map(lambda name: _of_repository(host, name, wanted, context), names))
    found: dict[str, list[tuple[Reference, Repository, BlobStore]]] = {}
    failures = [*of_list]
    tags = 0
    for repository, store, named, missing in listed:
        failures += missing
        tags += len(named)
        for digest, reference in named:
            if repository and store:
                found.setdefault(digest, []).append((reference, repository, store))
    made = (_target(digest, group, context) for digest, group in found.items())
    return Listed(len(names), tags, tuple(sorted(made, key=lambda target: target.references)), tuple(failures))


def repositories(host: str, namespace: str, context: OpenContext) -> tuple[tuple[str, ...], tuple[Failure, ...]]:
    """Their names, and what failed in listing them."""
    repository, _ = connected(f"{host}/{namespace or 'x'}", context)
    known = repository.catalogue(PAGES)
    if known is None:
        tags = repository.tags(1) if namespace else None
        if tags is None:
            raise InputError(
                f"{host} does not list its repositories", f"name one repository: careen registry scan {host}/REPOSITORY"
            )
        return (namespace,), ()
    failures = () if known.whole else (_endless(host, "repositories", known),)
    below = [name for name in known.names if not namespace or name == namespace or name.startswith(namespace + "/")]
    valid = tuple(sorted({name for name in below if _is_name(host, name)}))
    if len(valid) < len(set(below)):
        log.warning("%s lists %d names that are invalid for a repository", host, len(set(below)) - len(valid))
    if not valid and namespace:
        repository.tags(1)  # raises if there is no such repository
        return (namespace,), failures
    return valid, failures


def _endless(reference: str, what: str, known: Names) -> Failure:
    return Failure(reference, f"its list of {what} does not end, or repeats itself: {len(known.names):,} were read")


def _of_repository(
    host: str, name: str, wanted: Wanted, context: OpenContext
) -> tuple[Repository | None, BlobStore | None, list[tuple[str, Reference]], list[Failure]]:
    """(the repository, where its blobs are, digest and reference of each wanted tag, what failed)."""
    failures: list[Failure] = []
    named: list[tuple[str, Reference]] = []
    try:
        repository, store = connected(f"{host}/{name}", context)
        tags = repository.tags(PAGES)
    except Error as error:
        return None, None, [], [Failure(f"{host}/{name}", str(error), error.hint)]
    if tags is None:
        return repository, store, [], [Failure(f"{host}/{name}", "the registry does not list its tags")]
    if not tags.whole:
        failures.append(_endless(f"{host}/{name}", "tags", tags))
    references = [
        reference for reference in _references(host, name, tags.names) if _is_wanted(name, reference.tag or "", wanted)
    ]
    if wanted.newest is not None and len(references) > wanted.newest:
        references = _newest(references, wanted.newest, repository, store, context.platform)
    for reference in references:
        try:
            digest = repository.digest_of(reference.tag or "") or repository.manifest(reference.tag or "", None)[1]
        except Error as error:
            failures.append(Failure(str(reference), str(error), error.hint))
        else:
            named.append((digest, reference))
    return repository, store, named, failures


def _references(host: str, name: str, tags: Iterable[str]) -> Iterator[Reference]:
    for tag in sorted(set(tags)):
        try:
            yield parse_reference(f"{host}/{name}:{tag}")
        except InputError:
            log.warning("%s/%s lists an invalid tag", host, name)


def _newest(
    references: Sequence[Reference], count: int, repository: Repository, store: BlobStore, platform: Platform | None
) -> list[Reference]:
    """The references whose configurations have the latest dates; of very many tags, among those with the highest numbers."""
    offered = sorted(references, key=lambda reference: _natural(reference.tag or ""), reverse=True)[: max(OFFERED, count)]

    def made(reference: Reference) -> str:
        try:
            return opened(repository, store, reference, str(reference), platform).config.created or ""
        except Error as error:
            log.info("%s: %s", reference, error)
            return ""

    return sorted(offered, key=made, reverse=True)[:count]


def _natural(tag: str) -> tuple[tuple[int, str], ...]:
    """A sort key: numbers by value, words before numbers; ``latest`` and other words without a number come last."""
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

    return Target(digest, tuple(str(name) for name, _, _ in group), open_it)


def _is_name(host: str, name: str) -> bool:
    try:
        return parse_reference(f"{host}/{name}").repository == name
    except InputError:
        return False


def _is_wanted_repository(name: str, wanted: Wanted) -> bool:
    """Patterns with a tag are matched when the tags are known."""
    if any(":" not in pattern and fnmatchcase(name, pattern) for pattern in wanted.exclude):
        return False
    return not wanted.include or any(fnmatchcase(name, pattern.partition(":")[0]) for pattern in wanted.include)


def _is_wanted(name: str, tag: str, wanted: Wanted) -> bool:
    def matches(pattern: str) -> bool:
        repository, colon, of_tag = pattern.partition(":")
        return fnmatchcase(name, repository) and (not colon or fnmatchcase(tag, of_tag))

    return not any(map(matches, wanted.exclude)) and (not wanted.include or any(map(matches, wanted.include)))

"""The images of a registry: repositories from its catalogue, tags from their lists, reduced by patterns and to the
newest.

A listed name that is invalid for an image is left out. Raises: InputError if the registry does not list its repositories,
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
from careen.images.distribution import Repository
from careen.images.names import Reference, full_name, parse_reference
from careen.images.registry import opened
from careen.log import logger
from careen.model.image import Image, Platform
from careen.output.lines import few, plural
from careen.plugins import OpenContext
from careen.safety.digest import is_digest

from .asked import Asked
from .attached_tags import is_attached
from .kinds import Kind, kind_of
from .kinds.kind import EndlessError, NoListError, Page, Tag, pages

log = logger(__name__)

OFFERED = 200  # tags whose dates are compared; if there are more, those with the highest numbers
_NUMBERS = re.compile(r"(\d+)")


class Wanted(Struct, frozen=True):
    """Which images are wanted. ``include``, ``exclude``: shell patterns for REPOSITORY or REPOSITORY:TAG. ``newest``:
    how many tags of each repository.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    newest: int | None = None


class Target(Struct, frozen=True):
    """One image and all the names that lead to it."""

    digest: str
    references: tuple[str, ...]
    open: Callable[[], Image]


class Failure(Struct, frozen=True):
    """Why something was not scanned. ``no_image``: it is an artifact of another kind, such as a chart."""

    reference: str
    error: str
    hint: str = ""
    no_image: bool = False


class Listed(Struct, frozen=True):
    repositories: int
    tags: int
    targets: tuple[Target, ...]
    failures: tuple[Failure, ...]


def targets(host: str, namespace: str, wanted: Wanted, context: OpenContext, pool: Executor) -> Listed:
    """The wanted images, sorted by name. ``namespace`` is a repository or a prefix of repositories; "" means all."""
    asked = Asked(host, context)
    kind = kind_of(asked)
    names, of_list = repositories(kind, asked, namespace, wanted)
    names = tuple(name for name in names if is_wanted_repository(name, wanted))
    listed = list(pool.map(lambda name: _of_repository(kind, asked, name, wanted), names))
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


def repositories(kind: Kind, asked: Asked, namespace: str, wanted: Wanted) -> tuple[tuple[str, ...], tuple[Failure, ...]]:
    """The names of the repositories, and what failed in listing them."""
    found: dict[str, None] = {}
    invalid: dict[str, None] = {}
    failures: list[Failure] = []
    try:
        for page in repository_pages(kind, asked, namespace):
            found.update(dict.fromkeys(page.items))
            invalid.update(dict.fromkeys(name for name in page.invalid if is_wanted_repository(name, wanted)))
    except EndlessError:
        failures.append(_endless(asked.host, "repositories", len(found)))
    if invalid:
        failures.append(_invalid(asked.host, [*invalid], "a repository"))
    return tuple(sorted(found)), tuple(failures)


def repository_pages(kind: Kind, asked: Asked, namespace: str, start: str = "") -> Iterator[Page[str]]:
    """Pages of valid repository names at or below ``namespace``, which counts as a repository itself if the registry
    lists none. ``start`` is the ``following`` of an earlier page. Raises InputError, EndlessError.
    """
    count = 0
    try:
        for page in pages(lambda start: kind.repositories(asked, namespace, start), start):
            below = [name for name in page.items if not namespace or name == namespace or name.startswith(namespace + "/")]
            valid = tuple(name for name in below if _is_name(asked.host, name))
            if len(valid) < len(below):
                log.warning("%s lists %d names that are invalid for a repository", asked.host, len(below) - len(valid))
            count += len(valid)
            yield Page(valid, page.following, tuple(sorted({*below} - {*valid})))
    except NoListError as error:
        if start or count:
            raise
        if not namespace or not _is_name(asked.host, namespace):
            hint = f"name one repository: careen registry scan {asked.host}/REPOSITORY"
            raise InputError(str(error), f"{error.hint}; or {hint}" if error.hint else hint) from None
    if not count and not start and namespace and _is_name(asked.host, namespace):
        try:
            tags = kind.tags(asked, namespace, "")  # the catalogue may omit a repository that exists
        except NoListError as error:
            raise InputError(f"{asked.host} does not list {namespace}: {error}", error.hint) from None
        if tags.items or kind.name == "distribution":
            yield Page((namespace,))


def tag_pages(kind: Kind, asked: Asked, repository: str) -> Iterator[Page[Tag]]:
    """Pages of a repository's tags. Raises InputError, EndlessError."""
    return pages(lambda start: kind.tags(asked, repository, start))


def wanted_tags(tags: Iterable[Tag], asked: Asked, repository: str, wanted: Wanted) -> list[Tag]:
    """The valid tags that match the patterns; only the newest of these, if the request limits their number."""
    found = {tag.name: tag for tag in tags}
    names = {reference.tag: reference for reference in _references(asked.host, repository, found)}
    left = [found[name] for name in names if name and _is_wanted(repository, name, wanted)]
    left = [tag for tag in left if not is_attached(tag.name, asked.repository(repository))]
    if wanted.newest is None or len(left) <= wanted.newest:
        return left
    if all(tag.pushed_at is not None for tag in left):
        left.sort(key=lambda tag: (tag.pushed_at or 0.0, _natural(tag.name)), reverse=True)
        return left[: wanted.newest]
    newest = _newest([names[tag.name] for tag in left], wanted.newest, *asked.connected(repository), asked.context.platform)
    return [found[reference.tag or ""] for reference in newest]


def digest_of(asked: Asked, repository: str, tag: Tag) -> str:
    """The digest of a tag: from the list of tags, else by a HEAD request, which counts against no limit, else from the
    manifest.
    """
    if is_digest(tag.digest):
        return tag.digest
    one = asked.repository(repository)
    return one.digest_of(tag.name) or one.manifest(tag.name, None)[1]


def _invalid(reference: str, names: Sequence[str], what: str) -> Failure:
    return Failure(reference, f"it lists {plural(len(names), 'name')} that cannot be {what}: {few([*map(repr, names)])}")


def _endless(reference: str, what: str, count: int) -> Failure:
    return Failure(reference, f"its list of {what} does not end, or repeats itself: {count:,} were read")


def _of_repository(
    kind: Kind, asked: Asked, name: str, wanted: Wanted
) -> tuple[Repository | None, BlobStore | None, list[tuple[str, Reference]], list[Failure]]:
    """The repository and the store of its blobs, (digest, reference) of each wanted tag, and the failures. If the tags cannot
    be listed: None, None, [] and the failure.
    """
    failures: list[Failure] = []
    named: list[tuple[str, Reference]] = []
    tags: list[Tag] = []
    place = f"{asked.host}/{name}"
    try:
        repository, store = asked.connected(name)
        for page in tag_pages(kind, asked, name):
            tags += page.items
    except EndlessError:
        failures.append(_endless(place, "tags", len(tags)))
    except Error as error:
        return None, None, [], [Failure(place, str(error), error.hint)]
    valid = {reference.tag for reference in _references(asked.host, name, [tag.name for tag in tags])}
    invalid = sorted({tag.name for tag in tags if tag.name not in valid and _is_wanted(name, tag.name, wanted)})
    if invalid:
        failures.append(_invalid(place, invalid, "a tag"))
    for tag in wanted_tags(tags, asked, name, wanted):
        reference = parse_reference(f"{place}:{tag.name}")
        try:
            named.append((digest_of(asked, name, tag), reference))
        except Error as error:
            failures.append(Failure(str(reference), str(error), error.hint))
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
    """The references with the latest creation dates. If there are very many tags, only those with the highest numbers
    are compared.
    """
    offered = sorted(references, key=lambda reference: _natural(reference.tag or ""), reverse=True)[: max(OFFERED, count)]

    def made(reference: Reference) -> str:
        try:
            return opened(repository, store, reference, str(reference), platform).config.created or ""
        except Error as error:
            log.info("%s: %s", reference, error)
            return ""

    return sorted(offered, key=made, reverse=True)[:count]


def _natural(tag: str) -> tuple[tuple[int, str], ...]:
    """A sort key for tags: numbers by value, words before numbers; ``latest`` and other words without a number come
    last.
    """
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


def is_wanted_repository(name: str, wanted: Wanted) -> bool:
    """Whether the patterns allow the repository. Patterns with a tag are applied later, when the tags are known."""
    if any(":" not in pattern and fnmatchcase(name, pattern) for pattern in wanted.exclude):
        return False
    return not wanted.include or any(fnmatchcase(name, pattern.partition(":")[0]) for pattern in wanted.include)


def _is_wanted(name: str, tag: str, wanted: Wanted) -> bool:
    def matches(pattern: str) -> bool:
        repository, colon, of_tag = pattern.partition(":")
        return fnmatchcase(name, repository) and (not colon or fnmatchcase(tag, of_tag))

    return not any(map(matches, wanted.exclude)) and (not wanted.include or any(map(matches, wanted.include)))

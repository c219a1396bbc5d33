"""Images in a registry, by the OCI distribution protocol: ``registry:HOST/NAME:TAG``.

The manifest's digest is requested first; documents that are stored under a digest are not requested again. Layers are
downloaded when they are opened, by several threads at once if wanted, each verified against its digest. Mirrors of a
registry are tried before it.
Raises: InputError if something does not exist, is denied or does not match its digest; NetworkError otherwise.
**Source:** OCI distribution-spec 1.1; OCI image-spec 1.1.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from careen.log import logger
from careen.safety.cache_limits import cache_limits

from ..errors import Error, InputError, UsageError
from ..model.image import Image, Platform
from ..plugins import ImageSource, OpenContext, Response
from .beside import asked_beside
from .blobs import BlobStore
from .distribution import Repository
from .fetching import fetcher_of
from .layer_parts import Download
from .manifest import (
    CONFIG_BYTES,
    bind_layers,
    choose,
    is_index,
    parse_config,
    parse_index,
    parse_manifest,
    platforms_offered,
    require,
)
from .names import Reference, parse_reference

if TYPE_CHECKING:
    from .referrers import Asked

log = logger(__name__)

Answer = TypeVar("Answer")
_NESTING = 4  # indexes in indexes


def open_image(reference: str, context: OpenContext) -> Image:
    """The image of a reference for the context's platform; its layers are not downloaded yet."""
    asked = asked_beside(context)
    return _first(
        reference, context, lambda repository, store: opened(repository, store, None, reference, context.platform, asked)
    )


def opened(
    repository: Repository,
    store: BlobStore,
    named: Reference | None,
    reference: str,
    wanted: Platform | None,
    asked: "Asked | None" = None,
) -> Image:
    """The image that ``named`` means in the repository (None: the repository's own reference); ``reference`` is its
    name for reports. ``asked``: also read the documents that are attached to it.
    """
    digest, data = _resolved(repository, store, named or repository.reference)
    chain = [(digest, data)]
    offered: Platform | None = None
    for _ in range(_NESTING):
        if not is_index(data):
            break
        child = choose(parse_index(data), wanted)
        digest, offered = child.digest, child.platform or offered
        data = _manifest(repository, store, digest)
        chain.append((digest, data))
    else:
        raise InputError(f"{reference}: indexes are nested more than {_NESTING} deep", "name the image by its digest")
    manifest = parse_manifest(data)
    config, diff_ids, platform = parse_config(store.document(manifest.config, CONFIG_BYTES))
    if platform.architecture == "unknown" and offered:
        platform = offered
    require(wanted, platform)
    layers = bind_layers(manifest, config, diff_ids, store.opener, parts=store.parts)
    image = Image(reference, "image", digest, platform, config, layers)
    if asked is None:
        return image
    from .referrers import attached

    return replace(image, attached=attached(repository, store, chain, asked))


def connected(reference: str, context: OpenContext) -> tuple[Repository, BlobStore]:
    """The repository of a reference, and the store of its blobs."""
    repository = Repository(parse_reference(_plain(reference)), fetcher_of(context), context.settings)
    return repository, _store(context, repository.blob)


def platforms(reference: str, context: OpenContext) -> tuple[Platform, ...]:
    """The platforms that the index of a reference offers, in order; empty if it has no index."""
    _, data = _first(reference, context, lambda repository, store: _resolved(repository, store, repository.reference))
    if not is_index(data):
        return ()
    return platforms_offered(parse_index(data))


def tags(reference: str, context: OpenContext) -> tuple[str, ...]:
    """The tags of the reference's repository, at most some thousands; () if the registry does not list them."""
    known = _first(reference, context, lambda repository, _: repository.tags())
    return known.names if known else ()


def digest(reference: str, context: OpenContext) -> str:
    """The present digest of a reference, which may be that of an index."""
    return _first(reference, context, lambda repository, store: _resolved(repository, store, repository.reference)[0])


def accepts(reference: str) -> bool:
    try:
        parse_reference(_plain(reference))
    except InputError:
        return False
    return True


def _plain(reference: str) -> str:
    return reference.removeprefix("//")  # registry://NAME is another common form


def _store(context: OpenContext, download: Download) -> BlobStore:
    limits = cache_limits(context.settings.get("cache_max_size"))
    by_table = bool(context.settings.get("read_toc"))
    return BlobStore(context.cache, download, context.progress, limits.images, by_table=by_table)


def _first(reference: str, context: OpenContext, ask: Callable[[Repository, BlobStore], Answer]) -> Answer:
    """The answer of the first mirror that has one, else of the registry itself. Blobs come from the first that has
    them.
    """
    wanted, fetcher = parse_reference(_plain(reference)), fetcher_of(context)
    asked = (*mirrors_of(wanted, context.settings.get("mirrors") or ()), wanted)
    repositories = [Repository(name, fetcher, context.settings) for name in asked]
    for number, repository in enumerate(repositories[:-1]):
        store = _store(context, _any_of(repositories[number:]))
        try:
            return ask(repository, store)
        except Error as error:
            log.info("the mirror %s of %s: %s", repository.reference.registry, wanted.registry, error)
    return ask(repositories[-1], _store(context, repositories[-1].blob))


def mirrors_of(reference: Reference, mirrors: Iterable[str]) -> list[Reference]:
    """The same name at each mirror of its registry: ``HOST=MIRROR[/PREFIX]``. Raises UsageError for anything else."""
    found = []
    for pair in mirrors:
        host, equals, place = pair.partition("=")
        place = place.removeprefix("https://").rstrip("/")
        if not host or not equals or not place or "://" in place:
            raise UsageError(f"{pair!r} is not a mirror of a registry", "write HOST=MIRROR or HOST=MIRROR/PREFIX")
        if parse_reference(f"{host}/x").registry == reference.registry or host == reference.registry:
            target, slash, prefix = place.partition("/")
            found.append(replace(reference, registry=target.lower(), repository=f"{prefix}{slash}{reference.repository}"))
    return found


def _any_of(repositories: Sequence[Repository]) -> Download:
    def download(digest: str, offset: int, stop: int | None = None) -> Response:
        for repository in repositories[:-1]:
            try:
                return repository.blob(digest, offset, stop)
            except Error as error:
                log.info("%s has no %s: %s", repository.reference.registry, digest, error)
        return repositories[-1].blob(digest, offset, stop)

    return download


def _resolved(repository: Repository, store: BlobStore, wanted: Reference) -> tuple[str, bytes]:
    """The digest and bytes of the manifest that the reference means, which may be an index."""
    if wanted.digest:
        return wanted.digest, _manifest(repository, store, wanted.digest)
    tag = wanted.tag or "latest"
    digest = repository.digest_of(tag)
    if digest:
        return digest, _manifest(repository, store, digest)
    data, digest = repository.manifest(tag, None)
    store.keep(digest, data)
    return digest, data


def _manifest(repository: Repository, store: BlobStore, digest: str) -> bytes:
    known = store.known(digest)
    if known is not None:
        return known
    data, digest = repository.manifest(digest, digest)
    store.keep(digest, data)
    return data


IMAGE_SOURCE = ImageSource(
    name="registry",
    open=open_image,
    accepts=accepts,
    platforms=platforms,
    description="an image in a registry, by the OCI distribution protocol",
)

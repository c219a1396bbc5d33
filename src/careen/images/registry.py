"""Images of a registry, by the OCI distribution protocol: ``registry:HOST/NAME:TAG``.

The manifest's digest is asked for first; what is kept already under a digest is not asked for again. Layers come when
they are opened, by several threads at once if wanted, each verified against its digest.
Raises: InputError for what is not there, denied or not what its digest says; NetworkError for the rest.
**Source:** OCI distribution-spec 1.1; OCI image-spec 1.1.
"""

from ..errors import InputError
from ..model.image import Image, Platform
from ..plugins import ImageSource, OpenContext
from .blobs import BlobStore
from .distribution import Repository
from .fetching import fetcher_of
from .manifest import CONFIG_BYTES, bind_layers, choose, is_index, parse_config, parse_index, parse_manifest, require
from .names import Reference, parse_reference

_NESTING = 4  # indexes in indexes


def open_image(reference: str, context: OpenContext) -> Image:
    """The image of a reference for the context's platform; its layers are not downloaded yet."""
    repository, store = _connected(reference, context)
    digest, data = _resolved(repository, store)
    offered: Platform | None = None
    for _ in range(_NESTING):
        if not is_index(data):
            break
        child = choose(parse_index(data), context.platform)
        digest, offered = child.digest, child.platform or offered
        data = _manifest(repository, store, digest)
    else:
        raise InputError(f"{reference}: indexes are nested more than {_NESTING} deep", "name the image by its digest")
    manifest = parse_manifest(data)
    config, diff_ids, platform = parse_config(store.document(manifest.config, CONFIG_BYTES))
    if platform.architecture == "unknown" and offered:
        platform = offered
    require(context.platform, platform)
    return Image(reference, "image", digest, platform, config, bind_layers(manifest, config, diff_ids, store.opener))


def platforms(reference: str, context: OpenContext) -> tuple[Platform, ...]:
    """What the index of a reference offers, in its order; empty where it has no index."""
    _, data = _resolved(*_connected(reference, context))
    if not is_index(data):
        return ()
    found = (child.platform for child in parse_index(data))
    return tuple(dict.fromkeys(platform for platform in found if platform is not None))


def accepts(reference: str) -> bool:
    try:
        parse_reference(_plain(reference))
    except InputError:
        return False
    return True


def _connected(reference: str, context: OpenContext) -> tuple[Repository, BlobStore]:
    repository = Repository(parse_reference(_plain(reference)), fetcher_of(context), context.settings)
    return repository, BlobStore(context.cache, repository.blob, context.progress)


def _plain(reference: str) -> str:
    return reference.removeprefix("//")  # registry://NAME, as others write it


def _resolved(repository: Repository, store: BlobStore) -> tuple[str, bytes]:
    """Digest and bytes of what the reference names, which may be an index."""
    wanted: Reference = repository.reference
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

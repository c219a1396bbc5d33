"""Repositories of registries that contain databases.

Raises: InputError, NetworkError, UsageError.
"""

from collections.abc import Callable, Generator

from careen.app.opening import open_context
from careen.config import Settings
from careen.errors import NetworkError, TooManyRequestsError, UsageError
from careen.images.distribution import Repository
from careen.images.names import parse_reference
from careen.plugins import Progress, silent

PREFIX = "oci://"
HASTY_WAIT_S = 2.0


def repository_of(reference: str, settings: Settings, tag: str, *, hasty: bool = False) -> Repository:
    """The repository of a reference. ``tag`` is used if the reference has neither a tag nor a digest. ``hasty``: a
    failed request is repeated once, and the pause that a registry demands is not waited for.
    """
    from msgspec.structs import replace

    from careen.images.fetching import net_settings
    from careen.net import make_fetcher

    if not reference.startswith(PREFIX):
        raise UsageError(f"{reference!r} names no repository", f"write it as {PREFIX}HOST/NAME:TAG")
    name = reference.removeprefix(PREFIX)
    if "@" not in name and ":" not in name.rpartition("/")[2]:
        name += f":{tag}"
    context = open_context(settings, silent)
    net = net_settings(context.settings)
    if hasty:
        net = replace(net, attempts=2, max_wait_s=HASTY_WAIT_S)
    return Repository(parse_reference(name), make_fetcher(net), context.settings)


def downloaded(
    repository: Repository,
    digest: str,
    size: int,
    progress: Progress,
    where: str,
    start: int = 0,
    sleep: Callable[[float], None] | None = None,
) -> Generator[bytes]:
    """The bytes of a blob from ``start`` on. After a broken connection the download continues where it stopped."""
    import random
    import time

    from careen.database.download import CHUNK_BYTES, TRIES, VAIN_TRIES
    from careen.net.pace import SlowError, backoff_s

    done, vain = start, 0
    for attempt in range(1, TRIES + 1):
        before = done
        try:
            response = repository.blob(digest, done)
            try:
                if done and response.status == 200:  # the registry ignores ranges: skip the bytes that we have
                    left = done
                    while left and (passed := response.read(min(left, CHUNK_BYTES))):
                        left -= len(passed)
                while chunk := response.read(CHUNK_BYTES):
                    done += len(chunk)
                    yield chunk
                    progress(where, done, size)
            finally:
                response.close()
            return
        except (SlowError, TooManyRequestsError):  # another request would take as long
            raise
        except NetworkError:
            vain = 0 if done > before else vain + 1
            if attempt == TRIES or vain == VAIN_TRIES:
                raise
        (sleep or time.sleep)(backoff_s(vain + 1, random.random()))  # noqa: S311

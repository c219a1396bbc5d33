"""Repositories of registries that hold databases.

Raises: InputError, NetworkError, UsageError.
"""

from collections.abc import Generator

from careen.app.opening import open_context
from careen.config import Settings
from careen.errors import NetworkError, UsageError
from careen.images.distribution import Repository
from careen.images.fetching import fetcher_of
from careen.images.names import parse_reference
from careen.plugins import Progress, silent

PREFIX = "oci://"


def repository_of(reference: str, settings: Settings, tag: str) -> Repository:
    """``tag`` is meant where the reference has neither tag nor digest."""
    if not reference.startswith(PREFIX):
        raise UsageError(f"{reference!r} names no repository", f"write it as {PREFIX}HOST/NAME:TAG")
    name = reference.removeprefix(PREFIX)
    if "@" not in name and ":" not in name.rpartition("/")[2]:
        name += f":{tag}"
    context = open_context(settings, silent)
    return Repository(parse_reference(name), fetcher_of(context), context.settings)


def downloaded(repository: Repository, digest: str, size: int, progress: Progress, where: str) -> Generator[bytes]:
    """A connection that breaks is taken up again where it broke, a few times."""
    done = 0
    for attempt in range(4):
        try:
            response = repository.blob(digest, done)
            try:
                if done and response.status == 200:  # it does not give parts: what we have is passed over
                    left = done
                    while left and (passed := response.read(min(left, 1 << 20))):
                        left -= len(passed)
                while chunk := response.read(1 << 20):
                    done += len(chunk)
                    yield chunk
                    progress(where, done, size)
            finally:
                response.close()
            return
        except NetworkError:
            if attempt == 3:
                raise

"""Files of the branch that a request is for, so that the request cannot change the rules that decide about it.

Git reads them from the commit of the base; nothing of it is checked out, and links are not followed. Without a
request they come from the commit that runs.
Raises: UsageError for a path outside of the repository, InputError if the base cannot be fetched or is too large.
"""

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from careen.errors import InputError, UsageError
from careen.exec import Finished, run

from .pipeline import Pipeline

FILES, FILE_BYTES = 1000, 16 << 20
REGULAR = ("100644", "100755")
TIMEOUT_S = 120.0


def write_base_files(paths: Sequence[str], place: Path, pipeline: Pipeline, work: Path, token: str = "") -> list[str]:
    """Writes the files of the base at these paths below ``place``, and returns the paths that the base has.

    ``place`` must be empty, since a file that was there before would count as one of the base.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise UsageError(f"{place} is not empty", "name a new folder")
    wanted = [_inside(path) for path in paths]
    commit = _base_commit(pipeline, work, token)
    found: list[str] = []
    for path in wanted:
        for name in _listed(work, commit, path):
            target = place / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.write_bytes(_must(_git(work, "cat-file", "blob", f"{commit}:{name}"), f"{name} cannot be read"))
            found.append(name)
    return found


def at_base(path: Path, place: Path) -> Path | None:
    """The path of the base's copy of a file or folder; None if the base has none. An absolute path belongs to the
    runner and is returned unchanged."""
    if path.is_absolute():
        return path
    copy = place / _inside(path.as_posix())
    return copy if copy.exists() else None


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\0" in path:
        raise UsageError(f"{path!r} is not a path inside the repository", "give it relative to the root of the repository")
    return parts.as_posix()


def _base_commit(pipeline: Pipeline, work: Path, token: str) -> str:
    if pipeline.request is None:
        return "HEAD"
    wanted = pipeline.base_commit or f"refs/heads/{pipeline.base}"
    if pipeline.base_commit and _git(work, "cat-file", "-e", f"{wanted}^{{commit}}").code == 0:
        return wanted
    fetch = ("fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", pipeline.remote, wanted)
    done = _git(work, *fetch)
    if done.code and token:
        done = _git(work, *fetch, environ=_with_token(pipeline.server, token))
    if done.code:
        raise InputError("the base branch cannot be fetched", "check out with fetch-depth: 0, or give the step a token")
    return pipeline.base_commit or "FETCH_HEAD"


def _listed(work: Path, commit: str, path: str) -> Iterator[str]:
    listing = _must(_git(work, "ls-tree", "-r", "-z", "--full-tree", commit, "--", path), f"{path} cannot be listed")
    entries = listing.decode(errors="surrogateescape").split("\0")[:-1]
    if len(entries) > FILES:
        raise InputError(f"{path} has more than {FILES} files", "name the files that are rules")
    for entry in entries:
        about, _, name = entry.partition("\t")
        if about.split(" ", 1)[0] in REGULAR:
            yield name


def _git(work: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> Finished:
    clean = {"GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1"}
    try:
        return run(
            ["git", "-C", str(work), *arguments],
            timeout_s=TIMEOUT_S,
            max_output_bytes=FILE_BYTES,
            environ={**os.environ, **clean, **(environ or {})},
        )
    except OSError as error:
        raise InputError(
            f"git cannot be used: {error.strerror or error}", "install git, and check out the repository"
        ) from None


def _must(done: Finished, what: str) -> bytes:
    if done.code:
        raise InputError(what, "check that the step runs in a checkout of the repository")
    return done.stdout


def _with_token(server: str, token: str) -> dict[str, str]:
    """Git's settings with the token as the checkout action passes it: a header for this server alone, in no file and
    on no command line."""
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{server}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {basic}",
    }

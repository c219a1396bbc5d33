"""Releases of a project: the tags of a clone of its repository.

``git`` reads objects alone: no working tree, so no hook and no filter of the clone is run, no configuration of the user is
read, and nothing is fetched. Git itself refuses a clone that belongs to another user.
Raises: InputError, ValueError.  **Source:** git-for-each-ref(1), git-ls-tree(1), git-cat-file(1).
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from careen.errors import InputError
from careen.exec import run

MAX_LIST_BYTES = 256 << 20
MAX_BYTES = 1 << 30  # of the files of one tag
TIMEOUT_S = 600.0
_FINAL = re.compile(r"(?:[a-z][\w.+]*?[-_])?(?:v|release|rel|version)?[-_.]?(\d+(?:[._-]\d+)*[a-z]?)", re.IGNORECASE)
_ENTRY = re.compile(rb"100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t(.+)", re.DOTALL)
_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT")


class Tag(Struct, frozen=True):
    version: str
    name: str
    tree: str  # the id of the tag's files


def tags(path: Path) -> list[Tag]:
    """The tags of final releases, in no order; of two tags of one version, the first by name."""
    if not path.is_dir():
        raise InputError(f"{path}: no such folder")
    listed = _git(path, "for-each-ref", "--format=%(refname:strip=2)%00%(tree)%00%(*tree)", "refs/tags")
    found: dict[str, Tag] = {}
    for line in sorted(listed.decode("utf-8", "replace").splitlines()):
        name, tree, peeled = (*line.split("\0"), "", "")[:3]
        match = _FINAL.fullmatch(name)
        if match and (tree or peeled):
            version = re.sub(r"[_-]", ".", match[1])
            found.setdefault(version, Tag(version, name, tree or peeled))
    return list(found.values())


def files_of(path: Path, tree: str, is_wanted: Callable[[str], bool], max_file_bytes: int) -> dict[str, bytes]:
    """The regular files of a tag that are wanted, by path."""
    wanted: list[tuple[str, str, int]] = []
    for line in _git(path, "ls-tree", "-r", "-l", "-z", "--full-tree", tree).split(b"\0"):
        entry = _ENTRY.fullmatch(line)
        name = entry[3].decode("utf-8", "replace") if entry else ""
        if entry and int(entry[2]) <= max_file_bytes and is_wanted(name):
            wanted.append((name, entry[1].decode(), int(entry[2])))
    if sum(size for _, _, size in wanted) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES >> 20} MiB of source code")
    asked = "".join(f"{blob}\n" for _, blob, _ in wanted).encode()
    answer = _git(path, "cat-file", "--batch", input=asked, limit=MAX_BYTES + (len(wanted) << 8)) if wanted else b""
    return dict(_contents(answer, wanted))


def _contents(answer: bytes, wanted: Sequence[tuple[str, str, int]]) -> list[tuple[str, bytes]]:
    """(name, content) of the objects in git's answer: each is a line with id, kind and size, then its bytes and a
    line end."""
    found, at = [], 0
    for name, blob, size in wanted:
        head = f"{blob} blob {size}\n".encode()
        if not answer.startswith(head, at) or len(answer) < at + len(head) + size:
            raise ValueError(f"the clone lacks a file of the tag: {name}")
        at += len(head)
        found.append((name, answer[at : at + size]))
        at += size + 1
    return found


def _git(path: Path, *arguments: str, input: bytes = b"", limit: int = MAX_LIST_BYTES) -> bytes:
    command = ("git", "--no-pager", "-C", str(path), "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments)
    try:
        done = run(command, input=input, timeout_s=TIMEOUT_S, max_output_bytes=limit, environ=_environ(os.environ))
    except FileNotFoundError:
        raise InputError("git is not installed", "it reads the objects of a clone") from None
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    if done.code != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[:1]
        raise InputError(f"{path}: {reason[0] if reason else 'not a clone'}", "git:PATH names a clone of a repository")
    return done.stdout


def _environ(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: environ[name] for name in _KEPT if name in environ}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }

"""Lists the files in an index: the page of a folder on a web server, or a list that a publisher provides with its
files.

Forms: HTML with links; one path a line; ``repomd.xml`` (a repository's metadata); ``fullfiletimelist`` (``time, kind,
size, path`` between tabs, below ``[Files]``); JSON with names or addresses of files; the catalogue of Amazon Linux's
extras (``{topics: [{n}]}``); and a publisher's list of changes or deletions ("<path>","<moment>", see ``change_lists``).
Paths stay as in the index; addresses are cut to their last part.
Raises: ValueError for any other form.  **Source:** the indexes of Apache and nginx; createrepo_c; quick-fedora-mirror.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote

import msgspec

from .change_lists import changes

MAX_DEPTH = 6
_HREF = re.compile(r"""href=["']?([^"'>\s]{1,2000})""", re.IGNORECASE)
_PATH = re.compile(r"[\w\[(][\w .()+~:@%,\[\]/-]{0,500}")
_FILE = re.compile(r"[^/]+\.[a-z0-9]{2,9}", re.IGNORECASE)
_NAMED = ("name", "href", "resource_url")


def listed(data: bytes) -> tuple[str, ...]:
    """The files in an index, sorted. Names of folders have no slash at their end."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    start = text.lstrip()[:1]
    if start in ("{", "["):
        found = _of_sections(text) if text.lstrip().startswith("[Version]") else _of_json(data)
    elif start == "<":
        found = _of_links(text)
    elif start == '"':
        found = (change.path for change in changes(text.splitlines()))
    else:
        found = _of_lines(text)
    return tuple(sorted({name for line in found if (name := line.strip().rstrip("/")) and _PATH.fullmatch(name)}))


def _of_links(text: str) -> Iterator[str]:
    """The files in the folder of a page, or the metadata files of a repository."""
    if not re.search(r"<(?:!doctype html|html|repomd|(?:a|location)\s)", text[:4000], re.IGNORECASE):
        raise ValueError("neither a page of links nor a repository's list")
    for link in _HREF.findall(text):
        address = unquote(unescape(link)).partition("?")[0].partition("#")[0]
        if "://" in address or address.startswith("/"):
            address = address.rpartition("/")[2]
        yield address


def _of_sections(text: str) -> Iterator[str]:
    """The paths of files in a ``fullfiletimelist``; folders are left out."""
    if "[End]" not in text:
        raise ValueError("the list of files is cut short")
    files = text.partition("[Files]")[2].partition("\n[")[0]
    for line in files.splitlines():
        parts = line.split("\t")
        if len(parts) == 4 and parts[1].startswith("f"):
            yield parts[3]


def _of_json(data: bytes) -> Iterator[str]:
    try:
        document = msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not a list of files: {error}") from None
    yield from _named_in(document, 0)


def _named_in(value: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _named_in(item, depth + 1)
    elif isinstance(value, dict):
        if isinstance(value.get("id"), str) and "modified" in value:  # a record of OSV
            yield f"{value['id']}.json"
        for key, item in value.items():
            if key in _NAMED and isinstance(item, str):
                name = item.rpartition("/")[2]
                if _FILE.fullmatch(name):
                    yield name
            elif key == "channel-version" and isinstance(item, str):  # of .NET, whose files are in folders of these names
                yield item
            elif key == "topics" and isinstance(item, list):
                yield from (topic["n"] for topic in item if isinstance(topic, dict) and isinstance(topic.get("n"), str))
            elif key == "branches" and isinstance(item, list):
                yield from (branch for branch in item if isinstance(branch, str))
            else:
                yield from _named_in(item, depth + 1)


def _of_lines(text: str) -> Iterator[str]:
    """The lines that can be a path of a feed; others are left out."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    found = [line for line in lines if _PATH.fullmatch(line)]
    if lines and not found:
        raise ValueError(f"not a list of files: {lines[0][:60]!r}")
    yield from found

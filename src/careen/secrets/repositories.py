"""The secrets in the history of a Git repository: in its loose objects, and in its packs.

What a commit deleted is still there. The path of a secret is ``.git/objects/…!/PATH``, with the path of the file if a tree of
the same pack names it; the object's id otherwise. Files are chosen by their paths, as those of a layer are. A value counts once
in each pack. Clones of tools, in hidden folders (``.nvm/.git``), are left out.
Bounds: packs of 64 MiB, 128 MiB of files in one; what is over them is an Unknown.
Raises: ValueError if an object or pack is damaged or over a bound.
"""

from collections.abc import Iterator

from careen.model.finding import ExposedSecret
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import File
from careen.safety.pattern import pattern

from .encodings import encoding_of
from .find import Search
from .git_objects import GitObject, loose, pack
from .paths import is_archive_searched, is_searched

MAX_PACK_BYTES = 64 << 20
MAX_SEARCHED_BYTES = 128 << 20
MAX_DEPTH = 30  # folders in a path
_OBJECT = pattern(r"(?:^|/)\.git/(?:[^/]+/){0,8}objects/(?:[0-9a-f]{2}/[0-9a-f]{38}|pack/pack-[0-9a-f]{40}\.pack)$")
_HIDDEN = pattern(r"(?:^|/)\.[^/]+/")

Found = Iterator[ExposedSecret | Unknown]
_Parents = dict[str, tuple[str, str]]  # of an object: its name, and the tree that has it


def is_object(path: str, mode: int = 0) -> bool:
    """Whether a file is an object or a pack of a repository that somebody added."""
    if not path.endswith(".pack") and path[-39:-38] != "/":
        return False
    before = path.partition(".git/")[0]
    return _OBJECT.search(path) is not None and is_archive_searched(before) and not _HIDDEN.search(before)


def read_repository(file: File) -> Found:
    if not file.path.endswith(".pack"):
        with file.open() as stream:
            found = loose(stream.read(MAX_PACK_BYTES))
        yield from _in_blob(found, f"{file.path}!/{found.id[:12]}") if found.kind == "blob" else ()
        return
    if file.size_bytes > MAX_PACK_BYTES:
        yield _unsearched(file.path, f"it has over {MAX_PACK_BYTES >> 20} MiB, and was not searched")
        return
    with file.open() as stream:
        objects = list(pack(stream.read()))
    yield from _in_pack(objects, file.path)


def _in_pack(objects: list[GitObject], path: str) -> Found:
    parents = _parents(objects)
    left = MAX_SEARCHED_BYTES
    unread = sum(found.content is None for found in objects)
    seen: set[tuple[str, str]] = set()
    for found in objects:
        if found.kind != "blob" or found.content is None:
            continue
        name = _path(found.id, parents)
        if name and not (is_searched(name) and is_archive_searched(name)):
            continue
        left -= len(found.content)
        if left < 0:
            yield _unsearched(path, "its oldest files were not searched: they are too large")
            break
        for fact in _in_blob(found, f"{path}!/{name or found.id[:12]}"):
            key = (fact.id, fact.value_id or f"{fact.match} {name}") if isinstance(fact, ExposedSecret) else ("", "")
            if key not in seen:
                seen.add(key)
                yield fact
    if unread:
        yield _unsearched(path, f"{unread:,} of its objects were not searched: they are too large, or their base is missing")


def _in_blob(found: GitObject, place: str) -> Found:
    content = found.content or b""
    encoding = encoding_of(content[:1024])
    if encoding is None:
        return
    search = Search(place)
    search.feed(content if encoding == "utf-8" else content.decode(encoding, "replace").encode("utf-8", "replace"))
    yield from search.facts()


def _parents(objects: list[GitObject]) -> _Parents:
    """The first name of each object in the trees of the pack, the newest trees first."""
    found: _Parents = {}
    for tree in objects:
        if tree.kind != "tree" or tree.content is None:
            continue
        at = 0
        while (space := tree.content.find(b" ", at)) > 0 and (end := tree.content.find(b"\0", space)) > 0:
            name = tree.content[space + 1 : end].decode("utf-8", "replace")
            found.setdefault(tree.content[end + 1 : end + 21].hex(), (name, tree.id))
            at = end + 21
    return found


def _path(id: str, parents: _Parents) -> str:
    """The path of an object, as far as trees of the pack name it; "" if none does."""
    parts: list[str] = []
    while (known := parents.get(id)) and len(parts) < MAX_DEPTH:
        parts.append(known[0])
        id = known[1]
    return "/".join(reversed(parts))


def _unsearched(path: str, why: str) -> Unknown:
    return Unknown("secrets", Evidence(path, 0), why)

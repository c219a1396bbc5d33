"""Whether a folder is the user's own. Other users who can write there could forge its content.

A folder is trusted if it, its parents and everything in it belongs to the current user, or to root, and no other user may write
there. Root trusts only root. Links are followed and held to the same rules. A parent may be open to all if it is sticky, as
``/tmp`` is, since users cannot remove the files of others there. Write permission of a group is harmless only for the user's
private group, which has the user's name and no other member. If other users cannot search the folder, they cannot reach its
files, and the modes of these do not matter. A path that does not exist yet is trusted. A folder with a link to one of its own
parents is not trusted, because the link would make all of that parent a part of the cache. Systems without user ids (Windows)
protect the folder by other means; there everything is trusted.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

MAX_LINKS = 40  # in a row, as many as Linux follows
_ROOT = "/"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_SEARCH = stat.S_IXGRP | stat.S_IXOTH


class Distrust(Struct, frozen=True):
    """Why a folder is not trusted. ``cure`` is a command that makes it the user's own; "" if another folder is better."""

    path: Path
    why: str
    cure: str


def distrust(folder: Path) -> Distrust | None:
    """Why the folder is not trusted; None if it is. Raises OSError if it cannot be listed."""
    if not hasattr(os, "geteuid"):
        return None
    owners = frozenset((0, os.geteuid()))
    home = os.path.realpath(folder)
    todo, seen = [str(folder.absolute())], set[str]()  # the folder, and the targets of links in it
    while todo:
        path = todo.pop()
        place = os.path.realpath(path)
        if found := _on_the_way(path, owners):
            return found
        if place in seen or not os.path.isdir(place):
            continue
        seen.add(place)
        if home != place and os.path.commonpath((home, place)) == place:
            from shlex import quote

            return Distrust(Path(path), f"{path} leads to a folder that the cache lies in", f"rm {quote(path)}")
        if found := _inside(place, owners, todo):
            return found
    return None


def _on_the_way(path: str, owners: frozenset[int]) -> Distrust | None:
    for place, status in _way(path):
        if status.st_uid not in owners:
            return _foreign(place, status)
        if status.st_mode & OTHERS_WRITE and not status.st_mode & stat.S_ISVTX and _open_to_others(place, status):
            return _too_open(place)
    return None


def _way(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """Every folder and link on the way from the root, each by a path without links, as far as they exist."""
    place, links = _ROOT, 0
    yield place, os.lstat(place)
    todo = path.split("/")[::-1]
    while todo:
        name = todo.pop()
        if name in ("", "."):
            continue
        if name == "..":
            place = os.path.dirname(place)
            continue
        step = f"{place.rstrip('/')}/{name}"
        try:
            status = os.lstat(step)
        except FileNotFoundError:
            return
        yield step, status
        if not stat.S_ISLNK(status.st_mode):
            place = step
            continue
        links += 1
        if links > MAX_LINKS:
            raise OSError(f"{path}: too many links")
        target = os.readlink(step)
        place = _ROOT if target.startswith("/") else place
        todo += target.split("/")[::-1]


def _inside(top: str, owners: frozenset[int], links: list[str]) -> Distrust | None:
    """Why the folder, or something in it, is not trusted; None if all is. Appends the links in it to ``links``."""
    status = os.lstat(top)
    if status.st_mode & OTHERS_WRITE and _open_to_others(top, status):  # sticky: others may add files
        return _too_open(top)
    folders = [(top, bool(status.st_mode & OTHERS_SEARCH))]  # each with whether other users may search it
    while folders:
        folder, reachable = folders.pop()
        with suppress(FileNotFoundError), os.scandir(folder) as entries:  # another process may remove things
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    mode = status.st_mode
                    if status.st_uid not in owners:
                        return _foreign(entry.path, status)
                    if stat.S_ISLNK(mode):
                        links.append(entry.path)
                    elif reachable and mode & OTHERS_WRITE and _open_to_others(entry.path, status):
                        return _too_open(entry.path)
                    elif stat.S_ISDIR(mode):
                        folders.append((entry.path, reachable and bool(mode & OTHERS_SEARCH)))
    return None


def _open_to_others(path: str, status: os.stat_result) -> bool:
    """Whether other users can write to the path. Its mode allows it for its group or for all. The mode of a link has no
    effect.
    """
    if stat.S_ISLNK(status.st_mode):
        return False
    return bool(status.st_mode & stat.S_IWOTH) or not _is_private(path, status)


def _is_private(path: str, status: os.stat_result) -> bool:
    """Whether the group is the user's private one. Access lists may give rights to others, but only within the mode."""
    user = os.geteuid()
    if user == 0 or status.st_uid != user or status.st_gid != os.getegid():
        return False
    import grp
    import pwd

    try:
        name, group = pwd.getpwuid(user).pw_name, grp.getgrgid(status.st_gid)
        lists = os.listxattr(path) if hasattr(os, "listxattr") else []
    except (KeyError, OSError):
        return False
    return group.gr_name == name and set(group.gr_mem) <= {name} and "system.posix_acl_access" not in lists


def _foreign(path: str, status: os.stat_result) -> Distrust:
    import pwd

    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        owner = f"user {status.st_uid}"
    return Distrust(Path(path), f"{path} belongs to {owner}", "")


def _too_open(path: str) -> Distrust:
    from shlex import quote

    return Distrust(Path(path), f"others may write to {path}", f"chmod go-w {quote(path)}")

"""The noteworthy files of a squashed image, for the checks of its configuration: by mode, by owner, by name.

All other files belong to root, are readable and executable for all users, are only writable for root, and have names
that no check considers.
"""

from array import array
from collections.abc import Iterator

from careen.model.delta import FileTable
from careen.model.filesystem import Entry, FileSystem

from .facts import Facts
from .owners import Owners
from .squash import Squashed

MAX_ENTRIES = 5000
# Programs that an image does not need, shell servers, programs that elevate rights, libraries of every program.
NAMED = (
    "usr/sbin/sshd", "usr/sbin/in.telnetd", "usr/sbin/telnetd", "usr/sbin/in.rshd", "usr/sbin/in.rlogind",
    "usr/sbin/dropbear", "usr/bin/sudo", "usr/bin/doas", "bin/su", "usr/bin/su", "bin/sh", "usr/bin/apt-get", "sbin/apk",
    "usr/bin/dnf", "usr/bin/yum", "usr/bin/microdnf", "usr/bin/gcc", "usr/bin/g++", "usr/bin/clang", "usr/bin/make",
    "usr/bin/go", "usr/bin/curl", "usr/bin/wget", "usr/bin/nc", "bin/nc", "usr/bin/ncat", "usr/bin/socat", "usr/bin/gdb",
    "usr/bin/strace", "etc/ld.so.preload", "root/.docker/config.json", "root/.kube/config", "root/.aws/credentials",
    "root/.netrc", "root/.git-credentials", "root/.config/gcloud/credentials.db",
    "root/.config/gcloud/application_default_credentials.json", "root/.azure/accessTokens.json",
    "root/.azure/msal_token_cache.json", "root/.ssh/id_rsa", "root/.ssh/id_ed25519", "root/.ssh/id_ecdsa",
    "root/.bash_history", "etc/kubernetes/admin.conf", "etc/krb5.keytab",
)  # fmt: skip
# Folders whose direct content is noteworthy: added authorities, caches that were left.
INSIDE = (
    "usr/local/share/ca-certificates", "etc/pki/ca-trust/source/anchors", "etc/ca-certificates/trust-source/anchors",
    "etc/pki/trust/anchors", "var/cache/apt/archives", "var/lib/apt/lists", "var/cache/apk", "var/cache/dnf", "var/cache/yum",
    "root/.cache/pip", "root/.npm/_cacache", "root/.cache/go-build", "root/.composer/cache",
)  # fmt: skip
ENDS = ("/.git/HEAD", "/.git/config", "/.svn/entries", "/.hg/hgrc")
CACHES_BELOW = ("var/cache/dnf/", "var/cache/yum/", "root/.cache/pip/", "root/.npm/_cacache/", "root/.cache/go-build/")


def filesystem(tree: Squashed, facts: Facts, owners: Owners) -> FileSystem:
    texts = {fact.path: fact.value for fact in facts.of_role("system")}
    places: dict[str, tuple[int, int] | None] = {}
    for path in (*texts, *NAMED):
        entry = tree.entry(path) or tree.entry(tree.resolve(path))
        if entry is not None:
            places[path] = entry
    for folder in INSIDE:
        for name, place in tree.folders.get(folder, {}).items():
            places[f"{folder}/{name}"] = place
    seen: set[str] = set()
    for folder in tree.folders:
        cache = next((start for start in CACHES_BELOW if folder.startswith(start)), "")
        if cache and cache not in seen:  # one file is enough
            seen.add(cache)
            name, place = next(iter(tree.folders[folder].items()))
            places[f"{folder}/{name}"] = place
    for path, place in _by_mode(tree):
        places.setdefault(path, place)
        if len(places) > MAX_ENTRIES:
            break
    for path, place in _by_end(tree):
        places.setdefault(path, place)
    columns = [(table.numbers(table.modes, "H"), table.numbers(table.owners, "I")) for table in _tables(tree)]
    entries = [_entry(path, place, tree, columns[place[0]], owners) for path, place in places.items() if place is not None]
    entries += [Entry(path, "d", 0o777, layer=layer) for path, layer in _open_folders(tree)]
    return FileSystem(tuple(sorted(entries, key=lambda entry: entry.path)), texts)


def _by_mode(tree: Squashed) -> Iterator[tuple[str, tuple[int, int]]]:
    """Files that are set-user-ID or set-group-ID or have capabilities; then those that are writable by all, executable only
    for some users, or not root's: many of these must not hide the former.
    """
    others: list[tuple[str, tuple[int, int]]] = []
    for layer, delta in enumerate(tree.deltas):
        table = delta.table
        modes, owners, kinds = table.numbers(table.modes, "H"), table.numbers(table.owners, "I"), table.kinds
        rows = [
            row
            for row, mode in enumerate(modes)
            if kinds[row] in "fh" and (mode & 0o6002 or (mode & 0o111 and (not mode & 0o001 or owners[2 * row])))
        ]
        if not rows and not table.capable:
            continue
        paths = table.names()
        for row in rows:
            if tree.entry(paths[row]) == (layer, row):
                place = paths[row], (layer, row)
                if modes[row] & 0o6000:
                    yield place
                else:
                    others.append(place)
        for path in table.capable.split("\0") if table.capable else ():
            entry = tree.entry(path)
            if entry is not None and entry[0] == layer:
                yield path, entry
    yield from others


def _by_end(tree: Squashed) -> Iterator[tuple[str, tuple[int, int]]]:
    for delta in tree.deltas:
        paths = "\0" + delta.table.paths + "\0"
        for end in ENDS:
            at = paths.find(end + "\0")
            while at >= 0:
                path = paths[paths.rfind("\0", 0, at) + 1 : at + len(end)]
                entry = tree.entry(path)
                if entry is not None:
                    yield path, entry
                at = paths.find(end + "\0", at + 1)


def _open_folders(tree: Squashed) -> Iterator[tuple[str, int]]:
    """Folders that all users may write to, each with the last layer that contains it."""
    last: dict[str, int | None] = {}
    for layer, delta in enumerate(tree.deltas):
        for path in (*delta.gone, *delta.table.folders.split("\0")):
            if path in last:
                last[path] = None
        for path in delta.table.open_folders.split("\0"):
            if path:
                last[path] = layer
    for path, found in sorted(last.items()):
        if found is not None and tree.is_folder(path):
            yield path, found


def _entry(
    path: str,
    place: tuple[int, int],
    tree: Squashed,
    columns: tuple["array[int]", "array[int]"],
    owners: Owners,
) -> Entry:
    layer, row = place
    table = tree.deltas[layer].table
    modes, ids = columns
    owner = owners.of(path)
    return Entry(
        path=path,
        kind=table.kinds[row],
        mode=modes[row],
        uid=ids[2 * row],
        gid=ids[2 * row + 1],
        layer=layer,
        owned=owner is not None and owner[0].ecosystem.distribution,
        capabilities=bool(table.capable) and path in table.capable.split("\0"),
    )


def _tables(tree: Squashed) -> Iterator[FileTable]:
    return (delta.table for delta in tree.deltas)

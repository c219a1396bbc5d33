"""Hooks of the visible tree that belong to no package.

A file at a place from which systems load code is a hook if no package owns it. Files that programs generate there, and
those that a distribution puts into home folders, are left out.
"""

from collections.abc import Iterator

from careen.model.hooks import Hook

from .facts import Facts
from .owners import Owners
from .squash import Squashed

MAX_HOOKS = 500
_FIRST = ("preload", "pam", "python_start")  # kept if there are more: many files of another kind must not hide them
# The kind of the files directly in each folder.
FOLDERS = {
    "etc/cron.d": "cron", "etc/cron.hourly": "cron", "etc/cron.daily": "cron", "etc/cron.weekly": "cron",
    "etc/cron.monthly": "cron", "var/spool/cron": "cron", "var/spool/cron/crontabs": "cron", "etc/crontabs": "cron",
    "etc/periodic/15min": "cron", "etc/periodic/hourly": "cron", "etc/periodic/daily": "cron",
    "etc/systemd/system": "service", "usr/lib/systemd/system": "service", "lib/systemd/system": "service",
    "etc/init.d": "service", "etc/local.d": "service",
    "etc/profile.d": "profile",
    "etc/pam.d": "pam", "lib/security": "pam", "usr/lib/security": "pam",
}  # fmt: skip
FILES = {"etc/ld.so.preload": "preload", "etc/crontab": "cron", "etc/rc.local": "service"}
STARTS = ("sitecustomize.py", "usercustomize.py")
_GIT = "/.git/hooks"
_GENERATED = ("etc/pam.d/common-",)  # pam-auth-update writes them
_UNITS = (".service", ".timer", ".path", ".socket")
_INDEXES = ("extra_index", "plain_index", "install")  # kinds that count even in files of packages


def hooks(tree: Squashed, facts: Facts, owners: Owners) -> tuple[Hook, ...]:
    found = list(_stated(facts, owners))
    for kind, path, (layer, row) in _places(tree):
        if tree.deltas[layer].table.kinds[row] in "fh" and owners.of(path) is None:
            found.append(Hook(path, layer, kind))
    kept = sorted(found, key=lambda hook: hook.kind not in _FIRST)[:MAX_HOOKS]
    return tuple(sorted(kept, key=lambda hook: (hook.path, hook.kind, hook.detail)))


def _places(tree: Squashed) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """The kind, path and entry of the files at places from which systems load code."""
    for path, kind in FILES.items():
        entry = tree.entry(path)
        if entry:
            yield kind, path, entry
    for folder, names in tree.folders.items():
        kind = FOLDERS.get(folder, "git" if folder.endswith(_GIT) or folder == _GIT[1:] else "")
        if kind:
            yield from ((kind, f"{folder}/{name}", entry) for name, entry in names.items() if _counts(kind, f"{folder}/{name}"))
        for name in STARTS:
            if name in names:
                yield "python_start", f"{folder}/{name}" if folder else name, names[name]


def _stated(facts: Facts, owners: Owners) -> Iterator[Hook]:
    for fact in facts.of_role("hooks"):
        if fact.value.kind in _INDEXES or owners.of(fact.path) is None:
            yield Hook(fact.path, fact.layer, fact.value.kind, fact.value.detail)


def _counts(kind: str, path: str) -> bool:
    if kind == "git":
        return not path.endswith(".sample")
    if kind == "service" and "systemd" in path:
        return path.endswith(_UNITS)
    return not path.endswith("/.placeholder") and not path.startswith(_GENERATED)

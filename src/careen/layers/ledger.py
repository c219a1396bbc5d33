"""Counts every file of the visible tree by whether and how a package explains it."""

from collections.abc import Callable, Collection

from careen.model.ledger import STATES, Ledger, LedgerFile, State

from .integrity import Compared
from .owners import LEFT_OUT, Owners
from .squash import Squashed
from .unidentified import Claimed

# Byte code is compiled from a package's source, and seldom listed.
CACHES = (".pyc", ".pyo")


def ledger(
    tree: Squashed,
    owners: Owners,
    claimed: Claimed,
    compared: Compared,
    named: Collection[str],
    on_file: Callable[[LedgerFile], object] | None = None,
) -> Ledger:
    """The counts of all files. ``named``: files in which a reader found a package. ``on_file`` is called with each file
    and link.
    """
    modified = {file.path for file in compared.integrity.modified} | set(compared.modified_data)
    states: dict[State, int] = dict.fromkeys(STATES, 0)
    by_place, verified = owners.by_place, compared.verified
    for folder, names in tree.folders.items():
        prefix = f"{folder}/" if folder else ""
        is_claimed = claimed.has_all_of(prefix)
        for name, (layer, _) in names.items():
            path = prefix + name
            place = owners.owned_place(path)
            if place is None and name.endswith(CACHES):
                place = _source(path)
            owner = by_place.get(place) if place else None
            state: State = "unexplained"
            if path in modified:
                state = "modified"
            elif owner:
                state = "verified" if place in verified else "listed"
            elif is_claimed or path in named or claimed.has_file(path):
                state = "identified"
            states[state] += 1
            if on_file:
                on_file(LedgerFile(path, layer, state, owners.purl(owner[1]) if owner else ""))
    gone = [place for place in tree.missing(by_place) if not tree.is_folder(place)]
    deleted = sum(place.startswith(LEFT_OUT) or place.endswith(CACHES) for place in gone)
    return Ledger(**states, deleted=deleted, missing=len(gone) - deleted)


def _source(path: str) -> str:
    """The source file of byte code, which Python writes beside its source, or into a folder there."""
    folder, _, name = path.rpartition("/")
    return f"{folder.removesuffix('__pycache__').rstrip('/')}/{name.partition('.')[0]}.py"

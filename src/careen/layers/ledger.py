"""Every file of the visible tree, by whether a package explains it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from careen.model.ledger import Ledger, LedgerFile, State

from .integrity import Compared
from .owners import LEFT_OUT, Owners
from .squash import Squashed
from .unidentified import Claimed

# Byte code, which is made of a package's source and seldom listed.
CACHES = (".pyc", ".pyo")


def ledger_files(
    tree: Squashed, owners: Owners, claimed: Claimed, compared: Compared, named: Collection[str]
) -> Iterator[LedgerFile]:
    """``named``: files in which a reader found a package. Links count as files; folders do not."""
    modified = {file.path for file in compared.integrity.modified} | set(compared.modified_data)
    for folder, names in tree.folders.items():
        prefix = f"{folder}/" if folder else ""
        for name, (layer, _) in names.items():
            path = prefix + name
            owner = owners.by_place.get(path) or (owners.by_place.get(_source(path)) if path.endswith(CACHES) else None)
            state: State = "unexplained"
            if path in modified:
                state = "modified"
            elif owner:
                state = "verified" if path in compared.verified else "listed"
            elif path in named or path in claimed:
                state = "identified"
            yield LedgerFile(path, layer, state, owners.purl(owner[1]) if owner else "")


def _source(path: str) -> str:
    """The source file of byte code, which Python writes beside its source, or into a folder there."""
    folder, _, name = path.rpartition("/")
    return f"{folder.removesuffix('__pycache__').rstrip('/')}/{name.partition('.')[0]}.py"


def counted(
    files: Iterable[LedgerFile], tree: Squashed, owners: Owners, on_file: Callable[[LedgerFile], object] = bool
) -> Ledger:
    states = Counter[str]()
    for file in files:
        on_file(file)
        states[file.state] += 1
    gone = [place for place in owners.by_place if tree.entry(place) is None and not tree.is_folder(place)]
    deleted = sum(place.startswith(LEFT_OUT) or place.endswith(CACHES) for place in gone)
    return Ledger(**states, deleted=deleted, missing=len(gone) - deleted)

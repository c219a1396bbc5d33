"""Programs, and files that may contain secrets, that no package installed, in layers that are read by their tables of
contents.

Most bytes of an image are files of packages, which package databases list; these are not fetched. A file in another
layer than its package is fetched, because it replaces the package's. Secrets are also searched in files of language
packages, which may be the user's own, and in all files below ``etc``, which contains settings.
"""

from collections.abc import Callable, Sequence

from careen.model.delta import Delta
from careen.model.image import Layer, is_by_table
from careen.plugins import Cataloger

from .aliases import More, with_more
from .dispatch import Dispatch, Wanted
from .facts import Facts
from .history import histories_of
from .links import Reread, squash_with_links
from .owners import Owners
from .unpackaged import has_package_database
from .walk import Select

_SETTINGS = "etc/"


def of_any_owner(dispatch: Dispatch, catalogers: Sequence[Cataloger]) -> Select:
    """A function that selects the readers that want a file whoever owns it: package databases, manifests, lock files."""
    is_late = _lateness(catalogers)
    return lambda path, mode: [wanted for wanted in dispatch.readers(path, mode) if not is_late(wanted)]


def with_not_installed(
    deltas: Sequence[Delta], layers: Sequence[Layer], catalogers: Sequence[Cataloger], again: Reread
) -> list[Delta]:
    """The Deltas; those of layers that were read by their tables of contents have the facts of files that no package
    installed too. ``again`` rereads a layer.
    """
    dispatch, is_late = Dispatch(catalogers), _lateness(catalogers)
    owners = _owners(deltas, catalogers, again)
    found = list(deltas)
    for layer in filter(is_by_table, layers):
        number = layer.index
        is_packaged = has_package_database(deltas[number], catalogers)

        def select(path: str, mode: int, number: int = number, is_packaged: bool = is_packaged) -> list[Wanted]:
            late = [wanted for wanted in dispatch.readers(path, mode) if is_late(wanted)]
            if not is_packaged:
                late += dispatch.unpackaged(path, mode)
            installed_by = _owner(path, number, owners) if late else None
            if installed_by is None:
                return late
            if installed_by.ecosystem.distribution:
                return late if path.startswith(_SETTINGS) else []
            return [wanted for wanted in late if not (wanted.reader.wants.executables or wanted.reader.wants.unpackaged)]

        walked = again(number, select)
        known = found[number].unknowns
        facts = {name: list(pairs) for name, pairs in walked.facts.items()}
        unknowns = [unknown for unknown in walked.unknowns if unknown not in known]
        found[number] = with_more(found[number], More(facts, walked.roots, unknowns))
    return found


def _lateness(catalogers: Sequence[Cataloger]) -> Callable[[Wanted], bool]:
    """A function that returns whether a reader wants a file only if no package installed it."""
    secrets = {cataloger.name for cataloger in catalogers if cataloger.role == "secrets"}
    return lambda wanted: wanted.reader.wants.executables or wanted.cataloger in secrets


def _owners(deltas: Sequence[Delta], catalogers: Sequence[Cataloger], again: Reread) -> Owners:
    """The packages by the places of their files."""
    tree, _ = squash_with_links(deltas, catalogers, again)
    facts, histories = Facts(tree, catalogers), histories_of(catalogers)

    def after_layer(layer: int, cataloger: str) -> None:
        if cataloger in histories:
            histories[cataloger].after_layer(layer, facts.of(cataloger))

    facts.replay(after_layer)
    owners = Owners(tree)
    for history in histories.values():
        packages, shadowed = history.result()
        if history.cataloger.ecosystem.distribution:
            owners.add_distribution(packages, history, shadowed)
        else:
            owners.add(packages, history)
    return owners


def _owner(path: str, layer: int, owners: Owners) -> Cataloger | None:
    """The cataloger of the package that installed the file in the same layer; None if there is none."""
    owner = owners.of(path)
    return owner[0] if owner and any(place.layer == layer for place in owner[1].evidence) else None

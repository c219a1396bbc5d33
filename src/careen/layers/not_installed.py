"""Programs, and files that may contain secrets, of layers that are read by their tables of contents: those that no package of
the distribution installed.

Most bytes of an image are files that the distribution's packages installed: these are not fetched. A file that comes with
another layer than its package is, since it replaces the package's. So are all below ``etc``, where settings lie.
"""

from collections.abc import Callable, Sequence

from careen.model.delta import Delta
from careen.model.image import Layer, is_by_table
from careen.plugins import Cataloger

from .aliases import More, with_more
from .dispatch import Dispatch, Wanted
from .facts import Facts
from .history import History
from .links import Reread, squash_with_links
from .owners import Owners
from .walk import Select

_SETTINGS = "etc/"


def of_any_owner(dispatch: Dispatch, catalogers: Sequence[Cataloger]) -> Select:
    """The readers that want a file whoever owns it: package databases, manifests, lock files."""
    is_late = _lateness(catalogers)
    return lambda path, mode: [wanted for wanted in dispatch.readers(path, mode) if not is_late(wanted)]


def with_not_installed(
    deltas: Sequence[Delta], layers: Sequence[Layer], catalogers: Sequence[Cataloger], again: Reread
) -> list[Delta]:
    """The Deltas, with the facts of all other files. ``again`` reads a layer once more."""
    dispatch, is_late = Dispatch(catalogers), _lateness(catalogers)
    owners = _owners(deltas, catalogers, again)
    found = list(deltas)
    for layer in filter(is_by_table, layers):
        number = layer.index

        def select(path: str, mode: int, number: int = number) -> list[Wanted]:
            late = [wanted for wanted in dispatch.readers(path, mode) if is_late(wanted)]
            return [] if late and _is_installed(path, number, owners) else late

        walked = again(number, select)
        known = found[number].unknowns
        facts = {name: list(pairs) for name, pairs in walked.facts.items()}
        unknowns = [unknown for unknown in walked.unknowns if unknown not in known]
        found[number] = with_more(found[number], More(facts, walked.roots, unknowns))
    return found


def _lateness(catalogers: Sequence[Cataloger]) -> Callable[[Wanted], bool]:
    """Whether a reader wants a file only if no package of the distribution installed it."""
    secrets = {cataloger.name for cataloger in catalogers if cataloger.role == "secrets"}
    return lambda wanted: wanted.reader.wants.executables or wanted.cataloger in secrets


def _owners(deltas: Sequence[Delta], catalogers: Sequence[Cataloger], again: Reread) -> Owners:
    """The packages of the distribution by the places of their files."""
    tree, _ = squash_with_links(deltas, catalogers, again)
    facts = Facts(tree, catalogers)
    histories = {
        cataloger.name: History(cataloger)
        for cataloger in catalogers
        if cataloger.role == "packages" and cataloger.ecosystem.distribution
    }

    def after_layer(layer: int, cataloger: str) -> None:
        if cataloger in histories:
            histories[cataloger].after_layer(layer, facts.of(cataloger))

    facts.replay(after_layer)
    owners = Owners(tree)
    for history in histories.values():
        packages, shadowed = history.result()
        owners.add_distribution(packages, history, shadowed)
    return owners


def _is_installed(path: str, layer: int, owners: Owners) -> bool:
    """Whether the layer that has the file installs the package that owns it."""
    package = None if path.startswith(_SETTINGS) else owners.in_distribution(path)
    return package is not None and any(place.layer == layer for place in package.evidence)

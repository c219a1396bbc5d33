"""The licence of a package: its declaration, what its files show, and what follows from both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from careen.model.details import LicenceFile
from careen.model.inventory import Inventory
from careen.model.package import Package

from .expressions import REFERENCE, combined, expression_of, ids_in
from .known import dedication, known
from .names import is_family
from .recognise import recognised

CHOICE = ("maven", "composer", "npm", "gem", "cargo")  # package types whose metadata list names as a choice
MAX_NAME = 400  # characters; a longer declaration is a text


class Licence(Struct, frozen=True, gc=False):
    """The licence as SPDX expressions; "" if there is none. ``concluded``: the declared one, made precise with the
    found texts.
    """

    declared: str = ""
    found: str = ""
    concluded: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the concluded licence includes one of the SPDX list."""
        return any(not id.startswith(REFERENCE) for id in ids_in(self.concluded))


NONE = Licence()


def licences_of(inventory: Inventory) -> dict[str, Licence]:
    """The licences of the inventory's packages by purl."""
    files: dict[str, list[LicenceFile]] = defaultdict(list)
    for file in inventory.details.licence_files if inventory.details else ():
        files[file.package].append(file)
    found = {package.purl: licence_of(package, files.get(package.purl, ())) for package in inventory.packages}
    for package in inventory.packages:
        # A library in a distribution's package has that package's licence, if it states none itself.
        if package.owned_by and not found[package.purl].is_known and package.owned_by in found:
            found[package.purl] = found[package.owned_by]
    return found


def licence_of(package: Package, files: Sequence[LicenceFile]) -> Licence:
    by_maker = combined(file.expression for file in files if file.declares)
    declared = by_maker or _declared(package)
    found = combined(file.expression for file in files if not file.declares)
    return Licence(declared, found, _concluded(package, declared, found))


def is_stated(package: Package, licence: Licence) -> bool:
    """Whether the image states any licence, in known terms or not."""
    return bool(package.licenses or licence.declared or licence.found)


def names_in(licences: Mapping[str, Licence]) -> tuple[str, ...]:
    return tuple(sorted({id for licence in licences.values() for id in ids_in(licence.concluded)}))


def _declared(package: Package) -> str:
    parts = [_one(name) for name in package.licenses]
    return combined(parts, "OR" if package.type in CHOICE else "AND")


def _one(name: str) -> str:
    return recognised(name).expression if len(name) > MAX_NAME else expression_of(name)


def _concluded(package: Package, declared: str, found: str) -> str:
    """The concluded licence. Texts decide what a family's name leaves open, and replace the declaration if nothing in
    it is on the list. If the image shows nothing, the licence for which the project is known counts.
    """
    if not declared and not found:
        return known(package)
    listed = [id for id in ids_in(declared) if not id.startswith(REFERENCE)]
    if not listed and "Public-Domain" in declared:
        return dedication(package) or found or declared
    if not listed:
        return found or declared
    if len(package.licenses) == 1 and is_family(package.licenses[0]):
        family = listed[0].split("-")[0]
        precise = [id for id in ids_in(found) if id.split("-")[0] == family]
        if precise:
            return combined(precise)
    return declared

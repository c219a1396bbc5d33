"""Homebrew: installed formulae and casks, by the receipt in their folder.

A keg is ``Cellar/NAME/VERSION``, with ``INSTALL_RECEIPT.json`` and the formula in ``.brew/NAME.rb``; a revision follows the
version after ``_``. A cask has its description at ``Caskroom/NAME/.metadata/VERSION/…``.
Raises: ValueError if a receipt is not a JSON object.  **Source:** Homebrew, Keg and Tab.
"""

from collections.abc import Iterator, Sequence

from careen.formats.data.plain import json_object
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_KEG = pattern(r"(?:^|/)Cellar/([^/]{1,200})/([^/]{1,100})/(?:INSTALL_RECEIPT\.json|\.brew/[^/]+\.rb)$")
_CASK = pattern(r"(?:^|/)Caskroom/([^/]{1,200})/\.metadata/([^/]{1,100})/[^/]+/Casks/[^/]+\.(?:rb|json)$")


def read_receipt(file: File) -> Iterator[Package]:
    json_object(file.data)
    yield from _named(file.path)


def read_recipe(file: File) -> Iterator[Package]:
    """The package of a formula's path. The formula is a program, which is not read."""
    yield from _named(file.path)


def _named(path: str) -> Iterator[Package]:
    found = _KEG.search(path) or _CASK.search(path)
    if found:
        yield Package("brew", None, found[1], found[2], cataloger="homebrew")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folder of each installed version, whose files belong to it."""
    for fact in facts:
        if found := _KEG.search(fact.path):
            yield fact.path[: found.end(2)] + "/"


CATALOGER = Cataloger(
    name="homebrew",
    ecosystem=Ecosystem(purl_type="brew", scheme="generic"),
    readers=(
        Reader(Wants(names=("INSTALL_RECEIPT.json",)), read_receipt),
        Reader(Wants(folders=(".brew/*.rb", "Casks/*.rb", "Casks/*.json"), amount="head"), read_recipe),
    ),
    identifies=identifies,
    limits="Formulae of a tap, which are not installed.",
)

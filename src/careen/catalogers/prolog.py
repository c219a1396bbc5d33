"""SWI-Prolog packs: the facts ``name(…)`` and ``version(…)`` in ``pack.pl``.

Other files have this name too, so none is an error.  **Source:** SWI-Prolog manual, "Installing packs".
"""

import re
from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_FACT = pattern(r"""^[ \t]*(name|version)\([ \t]*['"]?([\w.+-]{1,200})['"]?[ \t]*\)\.""", re.MULTILINE)


def read(file: File) -> Iterator[Package]:
    facts = dict(_FACT.findall(file.data.decode("utf-8", "replace")))
    if "name" in facts and "version" in facts:
        yield Package("swiplpack", None, facts["name"], facts["version"], cataloger="prolog")


CATALOGER = Cataloger(
    name="prolog",
    ecosystem=Ecosystem(purl_type="swiplpack", scheme="generic"),
    readers=(Reader(Wants(names=("pack.pl",), amount="head"), read),),
    limits="Other implementations of Prolog.",
)

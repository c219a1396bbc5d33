"""Installed Erlang and Elixir applications: the file ``NAME.app`` in their folder ``ebin``.

Shape: an Erlang term ``{application, name, [{vsn, "version"}, …]}``. An application without a version is left out.
Raises: ValueError if a file in ``ebin`` is not such a term.  **Source:** Erlang/OTP, application resource file, app(4).
"""

import re
from collections.abc import Iterator, Sequence

from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_COMMENT = pattern(r"^[ \t]*%.*$", re.MULTILINE)
_START = pattern(r"\s*\{\s*application\s*,\s*'?([\w@.-]{1,200})'?\s*,")
_VERSION = pattern(r'\{\s*vsn\s*,\s*"([^"\s]{1,100})"\s*\}')


def read(file: File) -> Iterator[Package]:
    term = _COMMENT.sub("", file.data.decode("utf-8", "replace"))
    start = _START.match(term)
    if not start:
        if file.path.rpartition("/")[0].endswith("ebin"):
            raise ValueError("not an application resource file")
        return  # other files end with .app, too
    version = _VERSION.search(term)
    if version:
        yield Package("otp", None, start[1], version[1], cataloger="otp")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folder of each application: its native code is in ``priv`` or ``bin``, beside ``ebin``."""
    for fact in facts:
        home, beside, _ = fact.path.rpartition("ebin/")
        if beside:
            yield home


CATALOGER = Cataloger(
    name="otp",
    ecosystem=Ecosystem(purl_type="otp", scheme="generic"),
    readers=(Reader(Wants(suffixes=(".app",), amount="head"), read),),
    identifies=identifies,
    limits="Applications within an archive (.ez, escript).",
)

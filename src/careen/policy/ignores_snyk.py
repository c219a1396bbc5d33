"""The rules of a ``.snyk`` policy.

Shape: ``ignore: {ID: [{PATH: {reason, expires, …}}]}``; a path is ``*`` or the path through the dependencies
(``a@1 > b > c``), which ends with the affected package. Snyk's own ids (``SNYK-…``, ``npm:name:date``) are not aliases
in any public source: such a rule applies only to a finding with that id, and Careen warns about it.
**Source:** Snyk's documentation, ".snyk policy file".
"""

import re

from careen.formats.data.yaml_document import Mapping
from careen.log import logger

from .ignores import Ignore
from .ignores_careen import day

log = logger(__name__)

_OWN = re.compile(r"SNYK-|[a-z]+:[^:]+:\d{8}$")


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    found: list[Ignore] = []
    own = 0
    for id in document.map("ignore"):
        own += bool(_OWN.match(id))
        entries = document.map("ignore").maps(id)
        for entry in entries:
            for path, settings in entry.items():
                about = settings if isinstance(settings, Mapping) else Mapping()
                source = f"{name}:{entry.line_of(path)}"
                found.append(
                    Ignore(
                        id,
                        source,
                        package=_package(path),
                        until=day(about.get("expires"), source),
                        reason=about.text("reason"),
                    )
                )
    if own:
        log.warning("%s: %d rules use Snyk's own ids, which match no public id: use the CVE instead", name, own)
    return tuple(found)


def _package(path: str) -> str | None:
    last = path.rpartition(">")[2].strip()
    if last in ("", "*", "**"):
        return None
    name, at, _ = last.rpartition("@")
    return re.sub(r"([?\[])", r"[\1]", name if at and name else last)

"""The rules of a ``.snyk`` policy.

Shape: ``ignore: {ID: [{PATH: {reason, expires, disregardIfFixable, …}}]}``; a path is ``*`` or the path through the
dependencies (``a@1 > b > c@2``), which ends with the affected package. Snyk's own ids (``SNYK-…``, ``npm:name:date``) are
not aliases in any public source: such a rule applies only to a finding with that id, and Careen warns about it.
**Source:** Snyk's documentation, ".snyk policy file".
"""

import re

from careen.formats.data.yaml_document import Mapping
from careen.log import logger

from .days import last_day_before
from .ignores import Ignore
from .ignores_careen import STATES

log = logger(__name__)

_UNFIXED = frozenset(STATES) - {"fixed"}
_OWN = re.compile(r"SNYK-|[a-z]+:[^:]+:\d{8}$")


def rules(document: Mapping, name: str) -> tuple[Ignore, ...]:
    found: list[Ignore] = []
    own = 0
    for id in document.map("ignore"):
        if not id.strip("*?"):
            log.warning("%s:%d: the rule is skipped: it names no vulnerability", name, document.map("ignore").line_of(id))
            continue
        own += bool(_OWN.match(id))
        entries = document.map("ignore").maps(id)
        for entry in entries:
            for path, settings in entry.items():
                about = settings if isinstance(settings, Mapping) else Mapping()
                source = f"{name}:{entry.line_of(path)}"
                package, version = _package(path)
                found.append(
                    Ignore(
                        id,
                        source,
                        package=package,
                        until=last_day_before(about.get("expires"), source),
                        reason=about.text("reason"),
                        version=version,
                        fix=_UNFIXED if about.get("disregardIfFixable") is True else frozenset(),
                    )
                )
    if own:
        log.warning("%s: %d rules use Snyk's own ids, which match no public id: use the CVE instead", name, own)
    return tuple(found)


def _package(path: str) -> tuple[str | None, str | None]:
    """The name and, if the path has it, the version of the affected package."""
    last = path.rpartition(">")[2].strip()
    if last in ("", "*", "**"):
        return None, None
    name, at, version = last.rpartition("@")
    if not (at and name):
        name, version = last, ""
    return re.sub(r"([?\[])", r"[\1]", name), version if version.strip("*") else None

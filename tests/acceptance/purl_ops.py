"""``purl``: package URLs parsed, built, or made canonical."""

from typing import Any

from careen.formats.packages.purl import Purl, parse


def purl(request: dict[str, Any]) -> Any:
    given = request["input"]
    if request["test_type"] == "build":
        pairs = tuple((given["qualifiers"] or {}).items())
        parts = (given["type"] or "", given["namespace"], given["name"] or "", given["version"], pairs, given["subpath"])
        return str(Purl.made(*parts))
    found = parse(given)
    if request["test_type"] == "parse":
        return {
            "type": found.type,
            "namespace": found.namespace,
            "name": found.name,
            "version": found.version,
            "qualifiers": dict(found.qualifiers) or None,
            "subpath": found.subpath,
        }
    return str(found)


OPS = {"purl": purl}

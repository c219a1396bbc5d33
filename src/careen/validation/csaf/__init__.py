"""CSAF 2.0 and 2.1: its schema, and the mandatory tests.

**Source:** CSAF 2.0 and 2.1, section 6.1.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping
from careen.validation.problem import Problem, at, quoted
from careen.validation.schema import schema_problems

_SCHEMAS = {
    "2.0": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
    "2.1": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json",
}


def problems(document: dict[str, Any]) -> Iterator[Problem]:
    version = mapping(document.get("document")).get("csaf_version")
    if version not in _SCHEMAS:
        yield at(("document", "csaf_version"), f"{quoted(version)} is neither 2.0 nor 2.1", "version")
        return
    found = list(schema_problems(f"csaf-{version}", _SCHEMAS[version], document))
    yield from found

"""CSAF 2.0 and 2.1: its schema, and the mandatory tests.

**Source:** CSAF 2.0 and 2.1, section 6.1.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import mapping, text
from careen.validation.problem import Problem, at, quoted
from careen.validation.schema import schema_problems

from . import heading, history, products, profiles, scores, vulnerabilities
from .content import Content

SCHEMAS = {
    "2.0": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
    "2.1": "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json",
}
RULES = tuple(rule for module in (heading, history, products, vulnerabilities, scores, profiles) for rule in module.RULES)


def problems(document: dict[str, Any]) -> Iterator[Problem]:
    """Yields the problems that the schema finds, or, if there are none, those that the rules find."""
    version = text(mapping(document.get("document")).get("csaf_version"))
    if version not in SCHEMAS:
        yield at(("document", "csaf_version"), f"{quoted(version)} is neither 2.0 nor 2.1", "version")
        return
    found = list(schema_problems(f"csaf-{version}", SCHEMAS[version], document))
    yield from found or _rule_problems(Content(document))


def _rule_problems(content: Content) -> Iterator[Problem]:
    for rule in RULES:
        if rule.since <= content.version:
            for path, message in rule.find(content):
                yield at(path, message, rule.id)

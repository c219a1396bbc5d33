"""The schema of the JSON report is that of its types, and takes back nothing that an earlier version promised."""

import json

from tests.conftest import ROOT
from tests.docs.report_schema import schema
from tests.docs.schema_lines import lines_of

SCHEMA = ROOT / "docs" / "schema" / "report-1.json"
PROMISED = ROOT / "tests" / "docs" / "report-1.txt"


def test_it_is_up_to_date(update):
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update:
        SCHEMA.write_text(text, "utf-8")
    assert SCHEMA.read_text("utf-8") == text, "make golden writes it again"


def test_there_are_additions_only(update):
    promised, kept = set(PROMISED.read_text("utf-8").splitlines()), lines_of(schema())
    assert sorted(promised - kept) == [], "careen.report/1 gets additions only"
    if update:
        PROMISED.write_text("\n".join(sorted(kept)) + "\n", "utf-8")
        promised = kept
    assert sorted(kept - promised) == [], "make golden adds what is new to the list"


def broken(change):
    made = schema()
    change(made["$defs"], made["properties"])
    return set(PROMISED.read_text("utf-8").splitlines()) - lines_of(made)


def test_a_broken_promise_is_found():
    assert broken(lambda parts, _: parts["Fix"]["properties"].pop("versions")) >= {
        "findings[].vulnerability.fix.versions: array",
        "findings[].vulnerability.fix.versions always",
    }
    assert broken(lambda parts, _: parts["Fix"]["required"].remove("state")) == {"findings[].vulnerability.fix.state always"}
    assert broken(lambda parts, _: parts["Tool"]["properties"].update(version={"type": "integer"})) == {"tool.version: string"}
    assert broken(lambda parts, _: parts["Vulnerability"]["properties"]["confidence"]["enum"].remove("possible")) == {
        "findings[].vulnerability.confidence = possible"
    }
    assert broken(lambda _, properties: properties["plan"]["anyOf"].append({"type": "string"})) == {"plan: null | object"}


def test_a_new_key_breaks_none():
    assert not broken(lambda parts, _: parts["Fix"]["properties"].update(new={"type": "string"}))

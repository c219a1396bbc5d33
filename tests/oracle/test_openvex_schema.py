"""Our OpenVEX against the official JSON schema of OpenVEX 0.2.0."""

import io
import json
from pathlib import Path

import pytest
from tests.support.reports import HOSTILE, hostile, usual

from careen.plugins import ReportOptions
from careen.reports.openvex import REPORTER

jsonschema = pytest.importorskip("jsonschema")


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((Path(__file__).parent / "schemas" / "openvex-0.2.0.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)


def document(report):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    return json.loads(stream.getvalue())


@pytest.mark.parametrize("report", [usual(), *map(hostile, HOSTILE)])
def test_follows_the_official_schema(validator, report):
    validator.validate(document(report))


def test_the_oracle_refuses_what_is_wrong(validator):
    wrong = document(usual())
    del wrong["statements"][0]["action_statement"]
    assert not validator.is_valid(wrong)

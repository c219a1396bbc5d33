"""Our SBOM against the official JSON schema of CycloneDX 1.6, which the CycloneDX library carries."""

import io

import pytest
from tests.support.reports import HOSTILE, clean, hostile, usual

from careen.plugins import ReportOptions
from careen.reports.cyclonedx import REPORTER

json_validation = pytest.importorskip("cyclonedx.validation.json", reason="no cyclonedx-python-lib here")
schema = pytest.importorskip("cyclonedx.schema")


@pytest.fixture(scope="module")
def validator():
    return json_validation.JsonStrictValidator(schema.SchemaVersion.V1_6)


@pytest.mark.parametrize("report", [usual(), clean(), clean("not_assessed"), *map(hostile, HOSTILE)])
def test_follows_the_official_schema(validator, report):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions())
    assert validator.validate_str(stream.getvalue()) is None


def test_the_oracle_refuses_what_is_wrong(validator):
    stream = io.StringIO()
    REPORTER.write(usual(), stream, ReportOptions())
    assert validator.validate_str(stream.getvalue().replace('"in_triage"', '"perhaps"')) is not None

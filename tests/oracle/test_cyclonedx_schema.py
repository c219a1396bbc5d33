"""Our SBOM against the official JSON schemas of CycloneDX 1.4 to 1.7, which the CycloneDX library carries."""

import io

import pytest
from tests.support.reports import HOSTILE, clean, hostile, usual
from tests.unit.reports.test_spdx3 import detailed

from careen.components.cyclonedx import VERSIONS
from careen.plugins import ReportOptions
from careen.reports.cyclonedx import REPORTER

json_validation = pytest.importorskip("cyclonedx.validation.json", reason="no cyclonedx-python-lib here")
schema = pytest.importorskip("cyclonedx.schema")


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture(scope="module")
def validator(version):
    return json_validation.JsonStrictValidator(schema.SchemaVersion.from_version(version))


def written(report, version):
    stream = io.StringIO()
    REPORTER.write(report, stream, ReportOptions(spec_version=version))
    return stream.getvalue()


@pytest.mark.parametrize("report", [usual(), detailed(), clean(), clean("not_assessed"), *map(hostile, HOSTILE)])
def test_follows_the_official_schema(validator, version, report):
    assert validator.validate_str(written(report, version)) is None


def test_the_oracle_refuses_what_is_wrong(validator, version):
    assert validator.validate_str(written(usual(), version).replace('"in_triage"', '"perhaps"')) is not None

import pytest
from tests.support.reading import read_files

from careen.catalogers.omnibus import CATALOGER, MAX_SOFTWARE


def found(text):
    return read_files(CATALOGER, {"opt/agent/version-manifest.json": text.encode()})


def test_the_manifest_of_another_program():
    walked = found('{"software": {"a": {"locked_version": "1.0"}}}')
    assert not walked.facts and not walked.unknowns


@pytest.mark.parametrize(
    "text",
    ['{"manifest_format": 2}', '{"manifest_format": 2, "software": [1]}', '{"manifest_format": 2, "software": {"a": 1}}'],
)
def test_manifests_without_software(text):
    walked = found(text)
    assert not walked.facts and not walked.unknowns


def test_damaged_and_huge_manifests():
    assert len(found("{").unknowns) == 1
    entries = ",".join(f'"a{number}": {{}}' for number in range(MAX_SOFTWARE + 1))
    assert len(found(f'{{"manifest_format": 2, "software": {{{entries}}}}}').unknowns) == 1

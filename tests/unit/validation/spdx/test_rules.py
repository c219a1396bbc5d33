import pytest
from tests.support.valid_documents import spdx

from careen.validation.spdx.rules import rule_problems


def package(**changes):
    return spdx(packages=[{**spdx()["packages"][0], **changes}])


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        (spdx(spdxVersion="SPDX-2.9"), "version"),
        (spdx(dataLicense="MIT"), "data licence"),
        (spdx(documentNamespace="https://a/b#c"), "namespace"),
        (spdx(creationInfo={"created": "2026-01-31", "creators": ["Tool: x"]}), "date"),
        (spdx(creationInfo={"created": "2026-01-31T12:00:00Z", "creators": ["me"]}), "creator"),
        (spdx(packages=[{"SPDXID": "a", "name": "a", "downloadLocation": "NONE"}], relationships=[]), "identifier"),
        (spdx(packages=spdx()["packages"] * 2), "identifier"),
        (spdx(documentDescribes=["SPDXRef-b"]), "reference"),
        (spdx(documentDescribes=["DocumentRef-x:SPDXRef-b"]), "reference"),
        (package(checksums=[{"algorithm": "SHA256", "checksumValue": "a" * 40}]), "checksum"),
        (package(packageVerificationCode={"packageVerificationCodeValue": "a"}), "verification code"),
        (package(releaseDate="soon"), "date"),
    ],
)
def test_a_rule_that_no_schema_states(document, rule):
    assert {problem.rule for problem in rule_problems(document)} == {rule}


def test_what_is_allowed():
    outside = {"externalDocumentId": "DocumentRef-x", "spdxDocument": "https://a", "checksum": {}}
    relations = [
        {"spdxElementId": "SPDXRef-a", "relatedSpdxElement": other, "relationshipType": "OTHER"}
        for other in ("NOASSERTION", "NONE", "DocumentRef-x:SPDXRef-y")
    ]
    assert list(rule_problems(spdx(externalDocumentRefs=[outside], relationships=relations))) == []

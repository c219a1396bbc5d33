import pytest
from tests.support.valid_documents import openvex

pytest.importorskip("jsonschema_rs")

from careen.validation.openvex import problems, version_of


def places(document):
    return [problem.place for problem in problems(document)]


def old(**changes):
    statement = {"vulnerability": "CVE-2026-1", "products": ["pkg:npm/a@1"], "status": "fixed", **changes}
    return {**openvex(), "@context": "https://openvex.dev/ns", "version": "1", "statements": [statement]}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"status": "not_affected"}, "/statements/0"),  # without a reason
        ({"status": "affected"}, "/statements/0"),  # without an action
        ({"status": "unknown"}, "/statements/0/status"),
        ({"products": [{}]}, "/statements/0/products/0"),
    ],
)
def test_a_statement_that_the_specification_refuses(changes, place):
    assert place in places(openvex(**changes))
    assert places(openvex(status="not_affected", justification="component_not_present")) == []


def test_earlier_versions_have_texts_for_objects():
    assert version_of(old()) == "0.0.x"
    assert places(old(subcomponents=["pkg:npm/b@1"], vuln_description="text")) == []
    assert places(old(status="not_affected")) == ["/statements/0"]
    assert places({**old(), "version": "one"}) == ["/version"]
    assert places(old(products=[7])) == ["/statements/0/products/0"]


@pytest.mark.parametrize("context", ["https://openvex.dev/ns/v9", "", 1, ["https://openvex.dev/ns/v0.2.0"]])
def test_another_version_is_refused(context):
    (problem,) = problems({**openvex(), "@context": context})
    assert problem.rule == "version"


@pytest.mark.parametrize("statements", [None, 7, [7], [{"vulnerability": {}, "products": {}}]])
def test_statements_of_another_shape(statements):
    assert places({**old(), "statements": statements})

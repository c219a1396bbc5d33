import pytest

pytest.importorskip("jsonschema_rs")

from tests.support.valid_documents import cyclonedx

from careen.errors import UsageError
from careen.validation import schema
from careen.validation.schema import MAX_PROBLEMS, schema_problems


def found(**changes):
    return list(schema_problems("cyclonedx-json", "bom-1.6.schema.json", cyclonedx(**changes)))


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"components": [{"type": "library"}]}, "/components/0", "'name' is missing"),
        ({"components": [{"type": "x", "name": "n"}]}, "/components/0/type", "'x' is none of 'application', "),
        ({"components": [{"type": "library", "name": 1}]}, "/components/0/name", "1 is not of type string"),
        ({"other": 1}, "/", "unknown properties: 'other'"),
        ({"serialNumber": "x"}, "/serialNumber", "'x' does not match ^urn:uuid:"),
        ({"metadata": {"timestamp": "yesterday"}}, "/metadata/timestamp", "'yesterday' is not a valid date-time"),
        ({"components": [{"type": "library", "name": "n"}] * 2}, "/components", "an entry occurs twice"),
        # of alternatives, the one that fits longest
        (
            {"components": [{"type": "library", "name": "n", "licenses": [{"license": {"id": "Apache-2"}}]}]},
            "/components/0/licenses/0/license/id",
            "'Apache-2' is none of '0BSD'",
        ),
    ],
)
def test_a_problem_has_its_place_and_says_what_is_wrong(changes, place, message):
    (problem,) = found(**changes)
    assert (problem.place, problem.message[: len(message)]) == (place, message)


def test_problems_and_their_texts_are_bounded():
    components = [{"type": "library", "name": str(number), "x" * 5000: 1} for number in range(300)]
    problems = found(components=components)
    assert len(problems) == MAX_PROBLEMS
    assert max(len(problem.message) for problem in problems) < 1000


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(schema, "find_spec", lambda name: None)
    schema._validator.cache_clear()
    with pytest.raises(UsageError, match="jsonschema-rs") as refused:
        found()
    assert "careen[validate]" in refused.value.hint

"""Projects in what was built of many files, with small numbers in place of hashes."""

import pytest

np = pytest.importorskip("numpy")

from tests.support.knowledge import base_of  # noqa: E402

from careen.origin.cover import LEAST, component_of, parts  # noqa: E402
from careen.origin.evidence import evidence_of  # noqa: E402


def files(*numbers):
    return {f"f{at}": {"sequences": set(found)} for at, found in enumerate(numbers)}


ONE, TWO = range(100, 140), range(200, 240)
BASE = base_of(
    {
        "one": [files(ONE, range(900, 940))] * 2 + [files([*ONE[:-4], 151, 152, 153, 154], range(900, 940))] * 2,
        "two": [files(TWO)] * 4,
        "copier": [files([*ONE, *range(1000, 1400)])] * 4,
    }
)


def found(numbers, least=LEAST):
    evidences = {"sequences": evidence_of(BASE, "sequences", np.array(sorted(numbers), np.uint64))}
    found = parts(evidences, BASE, {"sequences": 1.0}, np.full(len(BASE.projects), least))
    return [component_of(part, BASE, "app.js") for part in found]


def test_each_project_and_its_versions():
    assert [(one.project, one.versions) for one in found({*ONE, *TWO})] == [("two", ("1", "2", "3", "4")), ("one", ("1", "2"))]


def test_what_one_project_explains_is_no_evidence_of_another():
    """A project that carries a copy among much else is not named for it."""
    assert [one.project for one in found(ONE)] == ["one"]


def test_files_that_were_not_built_in_do_not_count_against_a_version():
    (one,) = found(ONE)
    assert (one.confidence, one.nearest) == ("high", False)


def test_a_project_whose_file_has_all_of_the_code_and_more_may_carry_it():
    carried = range(1000, 1080)  # one file of the carrier has it, among much else
    assert [(one.project, one.may_be_carried) for one in found(carried)] == [("copier", True)]
    assert [one.may_be_carried for one in found({*range(1000, 1400), *ONE})] == [False]  # all of the project's file
    assert [one.may_be_carried for one in found({*carried, *range(5000, 5400)})] == [False]  # amid other code


def test_too_few_features_are_chance():
    assert found(TWO[:11]) == []
    assert [one.project for one in found(TWO[:12])] == ["two"]
    assert [one.project for one in found(TWO[:6], LEAST / 2)] == ["two"]


def test_a_version_that_is_stated():
    evidences = {"sequences": evidence_of(BASE, "sequences", np.array(TWO, np.uint64))}
    (part,) = parts(evidences, BASE, {"sequences": 1.0}, np.full(len(BASE.projects), LEAST))
    assert component_of(part, BASE, "app.js", ["3", "9"]).versions == ("3",)


def test_versions_are_compared_by_the_files_that_all_have():
    """A build that one version alone has is more like the script, whatever version the sources are of."""
    sources = [range(100 + 10 * version, 300 + 10 * version) for version in range(4)]
    releases = [files(numbers) for numbers in sources]
    releases[3] = files(sources[3], [*sources[1][:110], *range(5000, 5080)])
    base = base_of({"one": releases})
    evidences = {"sequences": evidence_of(base, "sequences", np.array(sources[1][:100], np.uint64))}
    (part,) = parts(evidences, base, {"sequences": 1.0}, np.full(1, LEAST))
    assert component_of(part, base, "app.js").versions == ("1", "2")

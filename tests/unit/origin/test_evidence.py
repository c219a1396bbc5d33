import pytest

np = pytest.importorskip("numpy")

from tests.support.knowledge import base_of  # noqa: E402

from careen.origin.evidence import evidence_of, features_of_project, version_hits, version_scores, version_sizes, without  # noqa: E402


def letters(*hashes):
    return {"a.c": {"letters": frozenset(hashes)}}


BASE = {
    "one": [letters(1, 2, 3), letters(1, 2, 3, 4), letters(1, 4), letters(1, 4)],
    "two": [letters(1, 8), letters(1, 8), letters(8), letters(8)],
}


def asked(*hashes):
    return np.array(hashes, np.uint64)


def test_a_feature_of_several_projects_counts_for_each_in_part():
    found = evidence_of(base_of(BASE), "letters", asked(1, 2, 8, 99))
    assert found.features == 4
    assert found.weights.tolist() == [1.5, 1.5]


def test_a_feature_of_many_projects_counts_for_none():
    many = {f"p{number}": [letters(1, 10 + number)] + [{}] * 3 for number in range(5)}
    found = evidence_of(base_of(many), "letters", asked(1, 12))
    assert found.weights.tolist() == [0, 0, 1, 0, 0]
    assert features_of_project(found, 0).tolist() == []


def test_a_version_that_has_more_than_the_file_explains_it_less_well():
    base = base_of(BASE)
    scores = version_scores(base, evidence_of(base, "letters", asked(1, 2, 3)), 0)
    assert scores.tolist() == pytest.approx([3, 3 - 0.3, 1 - 0.3, 1 - 0.3])
    hits = version_hits(base, evidence_of(base, "letters", asked(1, 2, 3)), 0)
    assert hits.tolist() == [3, 3, 1, 1]


def test_a_program_has_features_of_all_files_of_a_version():
    files = {f"{name}.c": {"literals": frozenset(range(start, start + 3))} for name, start in (("a", 0), ("b", 2), ("c", 10))}
    base = base_of({"one": [files, {"a.c": files["a.c"]}, {}, {}]})
    found = evidence_of(base, "literals", asked(0, 1, 2, 3, 10, 99))
    assert version_hits(base, found, 0).tolist() == [6, 3, 0, 0]  # 2 is in two files
    assert version_sizes(base, "literals", 0).tolist() == [9, 3, 0, 0]


def test_explained_features_are_left_out():
    base = base_of(BASE)
    found = evidence_of(base, "letters", asked(1, 2, 8))
    left = without(found, features_of_project(found, 0))
    assert left.weights.tolist() == [0, 1]

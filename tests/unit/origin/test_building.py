import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from tests.support.knowledge import VERSIONS, base_of, what_it_says  # noqa: E402

from careen.origin.building import Release, ReleaseReader, build, is_own_code  # noqa: E402
from careen.origin.features import FAMILIES  # noqa: E402
from careen.origin.knowledge import Project  # noqa: E402

Hashes = st.frozensets(st.integers(0, 12), max_size=5)
Contents = st.dictionaries(st.sampled_from(("a.c", "b.c")), st.dictionaries(st.sampled_from(FAMILIES), Hashes), max_size=2)
Projects = st.dictionaries(st.sampled_from(("one", "two")), st.lists(Contents, min_size=4, max_size=4), min_size=1)


@given(Projects)
def test_a_look_up_gives_every_version_with_the_feature_and_no_other(projects):
    base = base_of(projects)
    for family in FAMILIES:
        for hash in range(14):
            expected = {
                (name, path, version)
                for name, releases in projects.items()
                for version, files in zip(VERSIONS, releases, strict=True)
                for path, families in files.items()
                if hash in families.get(family, ())
            }
            assert what_it_says(base, family, hash) == expected


@given(Projects)
def test_counts_of_atoms_are_sizes_of_files(projects):
    base = base_of(projects)
    for name, releases in projects.items():
        number = next(index for index, project in enumerate(base.projects) if project.name == name)
        for index, files in enumerate(releases):
            for path, families in files.items():
                if path not in base.paths:
                    continue
                mine = base.atoms[
                    (base.atoms["project"] == number)
                    & (base.atoms["path"] == base.paths.index(path))
                    & (base.atoms["first"] <= index)
                    & (base.atoms["last"] >= index)
                ]
                for family in FAMILIES:
                    assert int(mine[family].sum()) == len(families.get(family, ()))


def test_sampling_keeps_one_of_so_many_stretches_and_all_texts():
    letters, literals = frozenset(range(40)), frozenset(range(40))
    base = base_of({"one": [{"a.c": {"letters": letters, "literals": literals}}, {}, {}, {}]}, sampling=4)
    assert (base.postings["letters"].size, base.postings["literals"].size) == (10, 40)
    assert base.sampled("letters", np.arange(8, dtype=np.uint64)).tolist() == [0, 4]


def test_own_code():
    paths = ("a/b.c", "tests/b.c", "src/third_party/z/a.c", "b.txt", "docs.py", "lib/DOC/a.py")
    assert [path for path in paths if is_own_code(path)] == ["a/b.c", "docs.py"]


def test_a_file_that_does_not_change_is_read_once():
    reader = ReleaseReader()
    content = b"int function(int value) { return value + 1; }\n" * 9
    one, other = reader.read("1", [("a.c", content)]), reader.read("2", [("b.c", content), ("c.c", content + b"int c;")])
    assert one.files["a.c"] is other.files["b.c"]
    assert set(other.files) == {"b.c", "c.c"}


def test_a_project_has_the_days_of_its_releases():
    releases = [Release("1", {}, "2020-01-01"), Release("2", {})]
    assert build([(Project("one", ("1", "2")), releases)]).projects[0].dates == ("2020-01-01", "")
    assert build([(Project("one", ("1",)), [Release("1", {})])]).projects[0].dates == ()

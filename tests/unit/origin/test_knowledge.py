import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from careen.origin.building import Release, build  # noqa: E402
from careen.origin.features import FAMILIES  # noqa: E402
from careen.origin.knowledge import ATOM_BITS, Project, open_base, write_base  # noqa: E402

VERSIONS = ("1", "2", "3", "4")
Hashes = st.frozensets(st.integers(0, 12), max_size=5)
Contents = st.dictionaries(st.sampled_from(("a.c", "b.c")), st.dictionaries(st.sampled_from(FAMILIES), Hashes), max_size=2)
Projects = st.dictionaries(st.sampled_from(("one", "two")), st.lists(Contents, min_size=4, max_size=4), min_size=1)


def release(version, files):
    features = {
        path: {family: np.array(sorted(found), np.uint64) for family, found in families.items()}
        for path, families in files.items()
    }
    return Release(version, features)


def base_of(projects, sampling=1):
    return build(
        [
            (Project(name, VERSIONS), [release(version, files) for version, files in zip(VERSIONS, releases, strict=True)])
            for name, releases in projects.items()
        ],
        sampling,
    )


def what_it_says(base, family, hash):
    found = base.look_up(family, np.array([hash], np.uint64))
    return {
        (base.projects[int(atom["project"])].name, base.paths[int(atom["path"])], VERSIONS[version])
        for atom in base.atoms[found.atoms]
        for version in range(int(atom["first"]), int(atom["last"]) + 1)
    }


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


BASE = {
    "one": [{"a.c": {"letters": frozenset((1, 2)), "file": frozenset((9,))}}, {}, {}, {"b.c": {"letters": frozenset((2,))}}]
}


@pytest.fixture
def folder(tmp_path):
    write_base(tmp_path / "base", base_of(BASE))
    return tmp_path / "base"


def test_written_and_read(folder, tmp_path):
    base = open_base(folder)
    assert what_it_says(base, "letters", 2) == {("one", "a.c", "1"), ("one", "b.c", "4")}
    write_base(tmp_path / "again", base)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()
    }


def test_any_byte_that_changes_is_noticed(folder, tmp_path):
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        for at in range(0, len(content), max(len(content) // 12, 1)):
            changed = tmp_path / "changed"
            shutil.copytree(folder, changed)
            (changed / path.name).write_bytes(content[:at] + bytes((content[at] ^ 4,)) + content[at + 1 :])
            try:
                base = open_base(changed)
            except ValueError:
                pass
            else:
                assert path.name == "manifest.json"
                assert what_it_says(base, "letters", 2)
            shutil.rmtree(changed)


def test_a_manifest_that_fits_does_not_make_wrong_numbers_right(folder):
    import hashlib

    postings = np.array([(2 << ATOM_BITS) + 99], "<u8").tobytes()
    (folder / "letters.bin").write_bytes(postings)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["letters.bin"] = {"size": len(postings), "sha256": hashlib.sha256(postings).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="names atoms that are not there"):
        open_base(folder)


def test_missing_and_other_formats(folder, tmp_path):
    with pytest.raises(ValueError, match="not a knowledge base"):
        open_base(tmp_path / "nothing")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(ValueError, match="format 99"):
        open_base(folder)
    (folder / "manifest.json").write_text(json.dumps(manifest | {"files": {"../x": {"size": 1, "sha256": ""}}}))
    with pytest.raises(ValueError, match="the manifest names"):
        open_base(folder)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "atoms.bin").unlink()
    with pytest.raises(ValueError, match=r"atoms\.bin"):
        open_base(folder)


def test_sampling_keeps_one_of_so_many_stretches_and_all_texts():
    letters, literals = frozenset(range(40)), frozenset(range(40))
    base = base_of({"one": [{"a.c": {"letters": letters, "literals": literals}}, {}, {}, {}]}, sampling=4)
    assert (base.postings["letters"].size, base.postings["literals"].size) == (10, 40)
    assert base.sampled("letters", np.arange(8, dtype=np.uint64)).tolist() == [0, 4]

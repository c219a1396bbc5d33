import hashlib
import json
import shutil

import pytest
from msgspec import structs

np = pytest.importorskip("numpy")

from tests.support.knowledge import base_of, what_it_says  # noqa: E402

from careen.origin import knowledge  # noqa: E402
from careen.origin.knowledge import ATOM_BITS, open_base, write_base  # noqa: E402

BASE = {
    "one": [{"a.c": {"letters": frozenset((1, 2)), "file": frozenset((9,))}}, {}, {}, {"b.c": {"letters": frozenset((2,))}}]
}


@pytest.fixture
def folder(tmp_path):
    write_base(tmp_path / "base", base_of(BASE))
    return tmp_path / "base"


def stored(folder, name):
    (path,) = folder.glob(f"*-{name}")
    return path


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


def with_content(folder, name, content):
    """The base with another file, which its manifest vouches for."""
    digest = hashlib.sha256(content).hexdigest()
    (folder / f"{digest[:16]}-{name}").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = {"size": len(content), "sha256": digest}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("letters.bin", np.array([(2 << ATOM_BITS) + 99], "<u8").tobytes(), "refers to atoms"),
        ("letters.bin", np.array([9 << ATOM_BITS, 2 << ATOM_BITS], "<u8").tobytes(), "is not in order"),
        ("letters.bin", b"1234567", "cut short"),
        ("paths.json", b"[]", "a project or path that the base does not have"),
        ("projects.json", b'[{"name": "one", "versions": []}]', "versions that the base does not have"),
        ("projects.json", b"{", "not a knowledge base"),
    ],
)
def test_a_manifest_that_fits_does_not_make_wrong_content_right(folder, name, content, message):
    with pytest.raises(ValueError, match=message):
        open_base(with_content(folder, name, content))


def test_missing_and_other_formats(folder, tmp_path):
    with pytest.raises(ValueError, match="not a knowledge base"):
        open_base(tmp_path / "nothing")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(ValueError, match="format 99"):
        open_base(folder)
    for files in ({}, {"projects.json": {"size": 1, "sha256": "../../../../x"}}):
        (folder / "manifest.json").write_text(json.dumps(manifest | {"files": files}))
        with pytest.raises(ValueError, match=r"its manifest has no projects\.json"):
            open_base(folder)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    stored(folder, "atoms.bin").unlink()
    with pytest.raises(ValueError, match=r"atoms\.bin"):
        open_base(folder)


def test_a_base_is_replaced_as_a_whole(folder, monkeypatch):
    other = base_of({"two": [{"z.c": {"letters": frozenset((7,))}}, {}, {}, {}]})
    written = knowledge.write_whole

    def disk_full(path, write):
        if path.name.endswith("atoms.bin"):
            raise OSError(28, "No space left on device")
        written(path, write)

    monkeypatch.setattr(knowledge, "write_whole", disk_full)
    with pytest.raises(OSError, match="No space"):
        write_base(folder, other)
    assert [project.name for project in open_base(folder).projects] == ["one"]
    monkeypatch.undo()
    write_base(folder, other)
    assert [project.name for project in open_base(folder).projects] == ["two"]
    assert len(list(folder.iterdir())) == len(knowledge.NAMES) + 1


def test_dates_of_other_versions_are_damage(tmp_path):
    base = base_of({"one": [{"z.c": {"letters": frozenset((7,))}}, {}, {}, {}]})
    dated = structs.replace(base, projects=(structs.replace(base.projects[0], dates=("2020-01-01",)),))
    write_base(tmp_path / "kb", dated)
    with pytest.raises(ValueError, match="another number of dates"):
        open_base(tmp_path / "kb")


def test_known_features_in_any_order_each_once(folder):
    base = open_base(folder)
    assert base.known("letters", np.array([7, 2, 1 << 39, 2], np.uint64)).tolist() == [2]
    assert base.known("tokens", np.array([2], np.uint64)).tolist() == []


@pytest.mark.parametrize(("path", "expected"), [("a.c", False), ("bin/a", True)])
def test_whether_it_knows_whole_programs(path, expected):
    assert base_of({"one": [{path: {"file": frozenset((9,))}}, {}, {}, {}]}).has_programs is expected

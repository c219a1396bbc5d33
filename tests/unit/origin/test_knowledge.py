import json
import shutil

import pytest

np = pytest.importorskip("numpy")

from tests.support.knowledge import base_of, what_it_says  # noqa: E402

from careen.origin.knowledge import ATOM_BITS, open_base, write_base  # noqa: E402

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
    with pytest.raises(ValueError, match="refers to atoms"):
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

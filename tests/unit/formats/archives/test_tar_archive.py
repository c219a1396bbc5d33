import gzip
import io
import tarfile

import pytest

from careen.formats.archives.tar_archive import documents


def archive(tmp_path, **files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as writer:
        for name, data in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("_dot_", "."))
            entry.size = len(data)
            writer.addfile(entry, io.BytesIO(data))
    file = tmp_path / "a.tar"
    file.write_bytes(packed.getvalue())
    return file


def test_documents_by_their_ending(tmp_path):
    file = archive(tmp_path, y__a_dot_json=b"1", index_dot_txt=b"x", b_dot_json=b"2")
    assert list(documents(file, ".json", 10, 1 << 20)) == [b"1", b"2"]
    file.write_bytes(gzip.compress(file.read_bytes()))
    assert list(documents(file, ".json", 10, 1 << 20)) == [b"1", b"2"]


def test_limits(tmp_path):
    file = archive(tmp_path, a_dot_json=b"x" * 100)
    with pytest.raises(ValueError, match="larger than"):
        list(documents(file, ".json", 99, 1 << 20))
    with pytest.raises(ValueError, match="inflates to more"):
        list(documents(file, ".json", 100, 1000))


def test_nothing_in_it(tmp_path):
    with pytest.raises(ValueError, match=r"no \.json document"):
        list(documents(archive(tmp_path, a_dot_txt=b""), ".json", 10, 1 << 20))
    file = archive(tmp_path, a_dot_json=b"x" * 2000)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ValueError, match="breaks off"):
        list(documents(file, ".json", 1 << 20, 1 << 20))

import random

import pytest
from tests.support.archive import changelog, deb
from tests.support.package_index import tarball, wheel

from careen.origin.fetch import unpack
from careen.origin.fetch.unpack import files_in


def test_a_tar_without_its_folder_and_a_zip_as_it_is():
    assert files_in(tarball({"demo-1.0/a.py": "a", "demo-1.0/b/c.py": "c"})) == {"a.py": b"a", "b/c.py": b"c"}
    assert files_in(tarball({"a/a.py": "a", "b/b.py": "b"})) == {"a/a.py": b"a", "b/b.py": b"b"}
    assert files_in(wheel({"demo/a.py": "a"})) == {"demo/a.py": b"a"}


def test_bounds(monkeypatch):
    archives = tarball({"x/a": "a" * 50, "x/b": "b" * 50}), wheel({"a": "a" * 50, "b": "b" * 50})
    monkeypatch.setattr(unpack, "MAX_FILE_BYTES", 40)
    assert [files_in(archive) for archive in archives] == [{}, {}]
    monkeypatch.setattr(unpack, "MAX_FILE_BYTES", 60)
    monkeypatch.setattr(unpack, "MAX_BYTES", 80)
    for archive in archives:
        with pytest.raises(ValueError, match=r"\d"):
            files_in(archive)
    monkeypatch.undo()
    monkeypatch.setattr(unpack, "MAX_FILES", 1)
    for archive in archives:
        with pytest.raises(ValueError, match=r"\d"):
            files_in(archive)


def test_a_bomb_ends(monkeypatch):
    monkeypatch.setattr(unpack, "RATIO_FROM_BYTES", 1 << 20)
    with pytest.raises(ValueError, match="400 times its size"):
        files_in(tarball({"x/bomb": "\0" * (8 << 20)}))


def test_mutated_archives_end():
    made = random.Random(9)
    for archive in (tarball({"x/a.py": "a = 1\n" * 90}), wheel({"a.py": "a = 1\n" * 90})):
        for _ in range(200):
            data = bytearray(archive)
            for _ in range(made.randrange(1, 6)):
                data[made.randrange(len(data))] = made.randrange(256)
            try:
                files_in(bytes(data[: made.randrange(1, len(data))]))
            except ValueError:
                pass


def test_the_files_that_a_package_installs():
    package = deb("demo", changelog("demo", ("1-1", "a fix")))
    assert sorted(files_in(package)) == ["usr/share/doc/demo/changelog.Debian.gz", "usr/share/doc/demo/changelog.gz"]
    with pytest.raises(ValueError, match="without files"):
        files_in(package[: package.index(b"data.tar.xz")])
    with pytest.raises(ValueError, match="damaged"):
        files_in(package[:56] + b"x" + package[57:])

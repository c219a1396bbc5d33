"""Which references are paths, and the part of an archive that they choose."""

import pytest

from careen.images.paths import is_path, is_written_as_path, may_be_image, split_path

ID = "a" * 64


@pytest.mark.parametrize(
    ("reference", "written", "image"),
    [
        ("debian", False, True),
        ("debian:12", False, True),
        (".", True, False),
        ("..", True, False),
        ("./debian", True, False),
        ("/a", True, False),
        ("image.tar", True, True),
        ("image.TAR", True, False),
        ("image.tar:debian:12", True, False),
        ("a.tar@sha256:1", True, False),
        ("example.com/a", False, True),
        ("host.json/a", False, True),
        (ID, False, True),
        ("Debian", False, False),
    ],
)
def test_by_their_form_alone(reference, written, image):
    assert (is_written_as_path(reference), may_be_image(reference)) == (written, image)
    assert is_path(reference) is (written or not image)


def test_the_longest_path_that_exists(tmp_path):
    (tmp_path / "a").touch()
    (tmp_path / "a:b").touch()
    base = str(tmp_path)
    assert split_path(f"{base}/a:b") == (tmp_path / "a:b", "")
    assert split_path(f"{base}/a:b:c") == (tmp_path / "a:b", "c")
    assert split_path(f"{base}/a:x:c") == (tmp_path / "a", "x:c")
    assert split_path(f"{base}/a@sha256:1") == (tmp_path / "a", "sha256:1")
    assert split_path(f"{base}/none:x") == (tmp_path / "none:x", "")


@pytest.mark.parametrize("reference", ["x" * 10_000, "a\0b"])
def test_a_path_that_cannot_exist(reference):
    assert str(split_path(reference)[0]) == reference

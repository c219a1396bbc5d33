import pytest

from careen.images.parts import read_part


@pytest.fixture(params=["with pread", "without"])
def system(request, monkeypatch):
    if request.param == "without":
        monkeypatch.delattr("os.pread", raising=False)


@pytest.mark.parametrize(
    ("offset", "wanted", "expected"), [(0, 3, b"234"), (2, 9, b"4567"), (6, 1, b""), (9, 1, b""), (0, 0, b"")]
)
def test_a_part_ends_before_the_file_does(tmp_path, system, offset, wanted, expected):
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        assert read_part(file, 2, 6, offset, wanted) == expected

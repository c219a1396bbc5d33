import pytest

np = pytest.importorskip("numpy")

from careen.origin.building import Release  # noqa: E402
from careen.origin.fixes import Change, Fix  # noqa: E402
from careen.origin.parts import Parts  # noqa: E402

RELEASE = Release("1.0", {"a.c": {"file": np.array([1, 2], np.uint64)}})
FIX = Fix("demo", "CVE-2024-1111", (Change("a.c", b"12345678", b""),))


def test_what_is_kept_is_not_made_again(tmp_path):
    parts, made = Parts(tmp_path), []
    for _ in range(2):
        release = parts.release("sha256:00", "1.0", lambda: made.append(1) or RELEASE)
        assert release.files["a.c"]["file"].tolist() == [1, 2]
        assert parts.fixes("x", lambda: made.append(2) or [FIX]) == [FIX]
    assert made == [1, 2]


def test_what_is_damaged_is_made_anew(tmp_path):
    parts = Parts(tmp_path)
    parts.release("x", "1.0", lambda: RELEASE)
    parts.fixes("x", lambda: [FIX])
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    made = []
    parts.release("x", "1.0", lambda: made.append(1) or RELEASE)
    parts.fixes("x", lambda: made.append(2) or [FIX])
    assert made == [1, 2]

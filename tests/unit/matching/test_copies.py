"""Where code lies that its content identifies."""

from dataclasses import dataclass

import pytest

from careen.matching.copies import copies_of


@dataclass
class Known:
    modified: bool | None


@dataclass
class Place:
    path: str


@dataclass
class Code:
    paths: tuple[str, ...]
    origin: Known | None

    @property
    def evidence(self):
        return [Place(path) for path in self.paths]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (("app/lib/a.py", "app/lib/b.py"), [("copy", "app/lib"), ("copy", "app/lib")]),
        (("app/lib/a.py", "app/lib/x/b.py"), [("copy", "app/lib"), ("copy", "app/lib")]),
        (("app/lib/a.py", "app/libx/b.py"), [("copy", "app/lib/a.py"), ("copy", "app/libx/b.py")]),
        (("a.py", "x/b.py"), [("copy", "a.py"), ("copy", "x/b.py")]),
        (("app/a.py",), [("copy", "app/a.py")]),
    ],
)
def test_a_copy_is_its_folder_or_its_one_file(paths, found):
    assert list(copies_of(Code(paths, Known(modified=True)))) == found


@pytest.mark.parametrize("origin", [None, Known(modified=None)])
def test_a_bundle_is_the_file_that_was_built(origin):
    assert list(copies_of(Code(("srv/app.js", "srv/x.jar!/a.class"), origin))) == [
        ("bundle", "srv/app.js"),
        ("bundle", "srv/x.jar"),
    ]

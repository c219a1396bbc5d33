import pytest

pytest.importorskip("numpy")

from tests.support.executables import elf
from tests.unit.origin.test_identify import PROJECTS, base

from careen.origin.asking import asked_of
from careen.origin.identify import Described, described

__all__ = ["base"]
COPY = PROJECTS["liba"]["1.2"]["src/part0.c"]
OTHER = b"".join(
    b"void other_%d(struct thing *thing) { thing->next[%d]->open(thing, %d); }\n" % (n, n, n * n) for n in range(40)
)


def asked(base, path, content):
    (file,) = described(path, content)
    return asked_of(base, file)


def test_a_whole_file_is_known_by_its_content(base):
    assert asked(base, "x.c", COPY) == {"file"}


def test_an_edited_file_by_its_letters(base):
    assert asked(base, "x.c", COPY.replace(b"return", b"return 1 +")) == {"file", "letters", "numbers"}


def test_of_what_is_not_named_nothing_is_kept(base):
    assert asked(base, "x.c", OTHER) == frozenset()
    assert asked(base, "x", elf(b"some text of a program\0" * 9)) == frozenset()


def test_files_that_are_looked_at_together_keep_all(base):
    (file,) = described("x.c", COPY)
    assert asked_of(
        base, Described("x.pyc", "bytecode", {family: file.features[family] for family in ("file", "literals")})
    ) == {
        "file",
        "literals",
    }


def test_what_does_not_count_is_not_asked_for(base):
    (file,) = described("x.c", COPY)
    assert asked_of(base, file, lambda component: component.project != "liba") == frozenset()


def test_a_bundle_of_a_package_is_looked_at_if_its_names_are_known(base):
    (file,) = described("x.js", COPY)
    assert asked_of(base, file)
    assert asked_of(base, file, owned=True) == frozenset()

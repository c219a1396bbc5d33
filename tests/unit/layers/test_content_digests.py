"""All kinds of files, compared with the digests that package databases record (``--verify``)."""

import pytest

from careen.layers import content_digests
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.layers.verified import read_again
from careen.model.integrity import FileCounts, Integrity
from careen.model.ledger import Ledger
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support import rpmdb
from tests.support.images import File, Hardlink, Symlink, make_layer
from tests.unit.layers.helpers import layer_of
from tests.unit.layers.test_integrity import BASH, CATALOGERS, OTHER, PROGRAM, SITE, debian, wheel

DOC, MODULE, DATA = "usr/share/doc/bash/README", "usr/share/perl5/Bash.pm", "usr/lib/bash/table.dat"
OWNED = {"bin/bash": PROGRAM, DOC: b"read me", MODULE: b"1;", DATA: b"\1\2"}


def found(*layers, cut=()):
    """``cut``: layers that break off when they are read again."""
    opened = [layer_of(make_layer(layer), number) for number, layer in enumerate(layers)]
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in opened]

    def again(number, select):
        layer = layer_of(make_layer(layers[number])[:1500], number) if number in cut else opened[number]
        return read_again(layer, select, Budget(Limits()))

    return bind(deltas, CATALOGERS, again, verify=True)


def test_every_file_of_a_package_is_compared():
    inventory = found(debian(OWNED) | {DATA: File(OWNED[DATA], mode=0o644)})
    assert inventory.integrity == Integrity(verified=2, files=FileCounts(verified=4))
    assert inventory.ledger == Ledger(verified=4, identified=1, unexplained=3)  # the database's own files, and os-release


def test_a_changed_module_is_a_modified_library_and_changed_data_is_counted():
    later = {MODULE: b"system('x');", DATA: b"\1\3", DOC: b"", "usr/lib/bash/data2": b""}
    inventory = found(debian(OWNED), later)
    assert [(file.path, file.package, file.layer) for file in inventory.integrity.modified] == [(MODULE, BASH, 1)]
    assert inventory.integrity.files == FileCounts(verified=1, modified=3)
    assert (inventory.ledger.modified, inventory.ledger.verified) == (3, 1)


@pytest.mark.parametrize(
    ("path", "mode", "is_finding"),
    [
        ("usr/bin/tool", 0o644, True),  # whatever is in the place of a program
        ("usr/lib/x86_64-linux-gnu/libx.so.1.2", 0o644, True),
        ("usr/lib/ruby/x.rb", 0o644, True),
        ("usr/share/x/run", 0o755, True),
        ("usr/share/x/run", 0o644, False),
        ("usr/share/doc/x/examples/run", 0o755, False),
        ("etc/init.d/x", 0o755, False),
        ("usr/lib/x/__pycache__/x.pyc", 0o644, False),
        ("usr/share/locale/de/x.mo", 0o644, False),
        ("usr/include/x.h", 0o644, False),
    ],
)
def test_which_modified_files_are_findings(path, mode, is_finding):
    image = debian({path: b"what the package brought"}) | {path: File(b"something else", mode=mode)}
    integrity = found(image).integrity
    assert [file.path for file in integrity.modified] == [path] * is_finding
    assert integrity.files == FileCounts(modified=1)


def test_empty_files_and_other_names_of_one_file_are_compared():
    files = {"usr/share/x/empty": b"", "usr/share/x/first": b"data", "usr/share/x/second": b"data"}
    linked = debian(files) | {"usr/share/x/second": Hardlink("usr/share/x/first")}
    assert found(linked).integrity.files == FileCounts(verified=3)
    changed = found(linked, {"usr/share/x/empty": b"x", "usr/share/x/second": b"other"})
    assert changed.integrity.files == FileCounts(verified=1, modified=2)


def test_links_deleted_and_shadowed_files_are_not_counted():
    files = {"usr/share/x/a": b"a", "usr/share/x/b": b"b"}
    image = debian(files, listed={"usr/share/x/b": b"b"}) | {"usr/share/x/a": Symlink("b")}
    assert found(image).integrity.files == FileCounts(verified=1)
    assert found(image, {"usr/share/x/.wh.b": b""}).integrity.files == FileCounts()
    assert found(debian(files), {"var/lib/dpkg/.wh.status": b"", "usr/share/x/a": b"?"}).integrity.files == FileCounts()


def test_files_without_a_digest_and_files_that_cannot_be_read_are_counted():
    files = {DATA: b"data", "etc/bash.conf": b"x = 1"}
    assert found(debian(files, listed={DATA: b"data"})).integrity.files == FileCounts(verified=1, without_digest=1)
    many = {f"usr/share/x/{number:03}": b"x" * 999 for number in range(20)}
    inventory = found(debian(many), cut=(0,))
    counts = inventory.integrity.files
    assert counts.unread and counts.verified + counts.unread == counts.total == 20
    assert [unknown.whole_layer for unknown in inventory.unknowns] == [True]


def test_a_digest_of_an_unknown_algorithm_is_not_verified(tmp_path):
    header = rpmdb.package("x", files=["/usr/share/x"], filedigests=["0" * 64], filedigestalgo=[8])
    image = {"var/lib/rpm/rpmdb.sqlite": rpmdb.sqlite(tmp_path / "db", [header]), "usr/share/x": b"data"}
    assert found(image).integrity.files == FileCounts(modified=1)
    odd = rpmdb.package("x", files=["/usr/share/x"], filedigests=["0" * 64], filedigestalgo=[99])
    image["var/lib/rpm/rpmdb.sqlite"] = rpmdb.sqlite(tmp_path / "odd", [odd])
    assert found(image).integrity.files == FileCounts(without_digest=1)


def test_modules_of_a_wheel_are_compared_with_its_record():
    files = {"fast/__init__.py": b"x = 1", "fast/data.json": b"{}"}
    whole = found(wheel(files)).integrity
    assert (whole.verified, whole.modified, whole.files.verified) == (1, (), 2)
    edited = found(wheel(files), {f"{SITE}/fast/__init__.py": b"x = 2"}).integrity
    assert [file.path for file in edited.modified] == [f"{SITE}/fast/__init__.py"]


def test_many_files_are_read_in_parts(monkeypatch):
    monkeypatch.setattr(content_digests, "AT_ONCE", 3)
    files = {f"usr/share/x/{number}": b"%d" % number for number in range(10)}
    assert found(debian(files)).integrity.files == FileCounts(verified=10)


def test_each_file_is_hashed_once_with_the_recorded_algorithm(monkeypatch):
    hashed = []
    real = content_digests.Digesting

    def digesting(algorithms):
        hashed.append(tuple(algorithms))
        return real(algorithms)

    monkeypatch.setattr(content_digests, "Digesting", digesting)
    found(debian(OWNED))
    assert hashed == [("md5",)] * 3  # all but the program, which was hashed with its layer


def test_a_changed_program_stays_a_finding():
    inventory = found(debian(OWNED), {"bin/bash": File(OTHER, mode=0o4755)})
    assert [(file.path, file.mode) for file in inventory.integrity.modified] == [("bin/bash", 0o4755)]

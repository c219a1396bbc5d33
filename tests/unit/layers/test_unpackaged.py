"""Programs of the system are read where no package database has them."""

import pytest

from careen.layers.index import Readers, index
from careen.layers.not_installed import with_not_installed
from careen.layers.verified import read_again
from careen.plugins import Cataloger, Ecosystem, Reader, Wants
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import File, make_layer, sha256
from tests.support.table_layers import PartsOf, stargz
from tests.unit.layers.helpers import CATALOGERS, layer_of, status


def sizes(file):
    if file.data.startswith(b"bad"):
        raise ValueError("damaged")
    return [file.size_bytes]


PROGRAMS = Cataloger("programs", Ecosystem("generic", "generic"), (Reader(Wants(unpackaged=True), sizes),), int)
ALL = (*CATALOGERS, PROGRAMS)
TOOL = {"usr/bin/tool": File(b"1" * 10, 0o755)}
LIBRARY = {"usr/lib/libtool.so.1": b"2" * 20}
DATABASE = {"var/lib/dpkg/status": status(("tool", "1.0"))}


def delta_of(files):
    return index(layer_of(make_layer(files)), Readers.of(ALL, "test"), MemoryStore(), Budget(Limits()))


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        (TOOL | LIBRARY, ["usr/bin/tool", "usr/lib/libtool.so.1"]),
        ({"bin/tool": TOOL["usr/bin/tool"], "usr/bin/text": b"no program"}, ["bin/tool"]),
        ({"opt/bin/tool": TOOL["usr/bin/tool"], "usr/local/bin/tool": TOOL["usr/bin/tool"]}, []),
        (TOOL | DATABASE, []),
    ],
)
def test_files(files, paths):
    assert [path for path, _ in delta_of(files).facts.get("programs", ())] == paths


def test_a_file_that_cannot_be_read_is_stated():
    delta = delta_of({"usr/bin/tool": File(b"bad", 0o755)})
    assert [(unknown.cataloger, unknown.reason) for unknown in delta.unknowns] == [("programs", "damaged")]


def test_a_folder(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tool").write_bytes(b"1" * 10)
    (tmp_path / "bin/tool").chmod(0o755)
    delta = index(layer_of(b"", folder=str(tmp_path)), Readers.of(ALL, "test"), MemoryStore(), Budget(Limits()))
    assert delta.facts["programs"] == (("bin/tool", 10),)


@pytest.mark.parametrize(("files", "paths"), [(TOOL, ["usr/bin/tool"]), (TOOL | DATABASE, [])])
def test_a_layer_that_is_read_by_its_table_of_contents(files, paths):
    made = stargz(files)
    layer = layer_of(made.stored, digest=sha256(made.stored), parts=PartsOf(made))
    delta = index(layer, Readers.of(ALL, "test"), MemoryStore(), Budget(Limits()))
    assert "programs" not in delta.facts
    (delta,) = with_not_installed([delta], [layer], ALL, lambda _, select: read_again(layer, select, Budget(Limits())))
    assert [path for path, _ in delta.facts.get("programs", ())] == paths

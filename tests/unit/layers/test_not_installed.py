"""Which files are fetched when layers are read by their tables of contents, and which are left to their packages."""

import pytest

from careen.layers.dispatch import Dispatch
from careen.layers.index import Readers, index
from careen.layers.not_installed import of_any_owner, with_not_installed
from careen.layers.verified import read_again
from careen.plugins import Cataloger, Ecosystem, Reader, Wants
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import File, sha256
from tests.support.table_layers import PartsOf, chunked, stargz
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, layer_of, status

ANY = Ecosystem("generic", "generic")
PROGRAMS = Cataloger("programs", ANY, (Reader(Wants(executables=True), lambda file: [file.size_bytes]),), int, "digests")
SECRETS = Cataloger("words", ANY, (Reader(Wants(suffixes=(".conf",)), lambda file: [file.size_bytes]),), int, "secrets")
ALL = (*CATALOGERS, PROGRAMS, SECRETS)
BASE = {
    "etc/os-release": OS_RELEASE,
    "var/lib/dpkg/status": status(("tool", "1.0")),
    "var/lib/dpkg/info/tool.list": b"/.\n/usr/bin/tool\n/usr/share/tool.conf\n/etc/tool.conf\n",
    "usr/bin/tool": File(b"1" * 100, 0o755),
    "usr/share/tool.conf": b"2" * 100,
    "etc/tool.conf": b"3" * 100,
    "opt/own": File(b"4" * 100, 0o755),
    "opt/own.conf": b"5" * 100,
}
RECORD = b"shop/__init__.py,,\nshop/fast.so,,\nshop/set.conf,,\nshop-2.dist-info/METADATA,,\nshop-2.dist-info/RECORD,,\n"
PYTHON = {
    "usr/lib/python3/dist-packages/shop-2.dist-info/METADATA": b"Metadata-Version: 2.1\nName: shop\nVersion: 2\n",
    "usr/lib/python3/dist-packages/shop-2.dist-info/RECORD": RECORD,
    "usr/lib/python3/dist-packages/shop/__init__.py": b"",
    "usr/lib/python3/dist-packages/shop/fast.so": b"6" * 100,
    "usr/lib/python3/dist-packages/shop/set.conf": b"7" * 100,
    "usr/lib/python3/dist-packages/other.so": b"8" * 100,
}


def found(*contents, make=stargz):
    """The paths at which programs, and files that may contain secrets, were read, by layer."""
    made = [make(files) for files in contents]
    layers = [layer_of(one.stored, at, digest=sha256(one.stored), parts=PartsOf(one)) for at, one in enumerate(made)]
    budget = Budget(Limits())
    deltas = [index(layer, Readers.of(ALL, "test"), MemoryStore(), budget) for layer in layers]
    assert not any("programs" in delta.facts or "words" in delta.facts for delta in deltas)
    deltas = with_not_installed(deltas, layers, ALL, lambda number, select: read_again(layers[number], select, budget))
    return [{path for name in ("programs", "words") for path, _ in delta.facts.get(name, ())} for delta in deltas]


@pytest.mark.parametrize("make", [stargz, chunked])
def test_files_of_the_distribution_are_left_out_but_settings_are_read(make):
    assert found(BASE, make=make) == [{"opt/own", "opt/own.conf", "etc/tool.conf"}]


def test_a_later_layer_replaces_a_program():
    later = {"usr/bin/tool": File(b"other", 0o755), "usr/share/tool.conf": b"other"}
    assert found(BASE, later) == [{"opt/own", "opt/own.conf", "etc/tool.conf"}, {"usr/bin/tool", "usr/share/tool.conf"}]


def test_native_modules_of_a_language_package_are_left_out_but_not_what_may_contain_secrets():
    folder = "usr/lib/python3/dist-packages/"
    assert found(PYTHON) == [{f"{folder}other.so", f"{folder}shop/set.conf"}]


def test_first_come_the_files_that_are_wanted_whoever_owns_them():
    select = of_any_owner(Dispatch(ALL), ALL)
    assert [path for path in BASE if select(path, 0o755)] == [
        "etc/os-release",
        "var/lib/dpkg/status",
        "var/lib/dpkg/info/tool.list",
    ]


def test_layers_that_were_read_whole_stay_as_they_are():
    layer = layer_of(stargz(BASE).tar)
    delta = index(layer, Readers.of(ALL, "test"), MemoryStore(), Budget(Limits()))
    assert with_not_installed([delta], [layer], ALL, lambda *_: pytest.fail("no layer is read again")) == [delta]

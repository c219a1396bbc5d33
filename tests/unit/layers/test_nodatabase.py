import pytest

from careen.catalogers import apk, dpkg, native_code
from careen.catalogers import distribution as distributions
from careen.layers.bind import bind
from tests.support.executables import elf
from tests.support.images import File
from tests.unit.layers.helpers import OS_RELEASE, delta_of, status

CATALOGERS = tuple(one.CATALOGER for one in (apk, distributions, dpkg, native_code))
STATUS = "var/lib/dpkg/status"
NAMED = {"etc/os-release": OS_RELEASE}
LIBC = {"usr/lib/x86_64-linux-gnu/libc.so.6": File(elf(b"libc"))}
MUSL = {"lib/ld-musl-x86_64.so.1": File(elf(b"musl"), mode=0o755)}


def lost(*layers):
    deltas = [delta_of(layer, number, CATALOGERS) for number, layer in enumerate(layers)]
    return bind(deltas, CATALOGERS).no_package_database


@pytest.mark.parametrize("rest", [LIBC, MUSL, {"etc/dpkg/dpkg.cfg": b""}, {"var/lib/dpkg/available": b""}])
def test_files_of_a_named_distribution_without_its_database(rest):
    assert lost({**NAMED, **rest})
    assert not lost(rest)
    assert not lost({**NAMED, "app/server": File(elf(b"static"), mode=0o755)})
    assert not lost({**NAMED, **rest, STATUS: status(("bash", "5"))})
    assert not lost({**NAMED, **rest, "var/lib/dpkg/status.d/base": status(("base-files", "12"))})


@pytest.mark.parametrize("layer", [{STATUS: b""}, {"var/lib/dpkg/.wh.status": b""}, {"var/lib/.wh.dpkg": b""}])
def test_a_database_that_a_later_layer_empties_or_deletes(layer):
    full = {
        **NAMED,
        **LIBC,
        STATUS: status(("libc6", "2.36")),
        "var/lib/dpkg/info/libc6.list": b"/" + next(iter(LIBC)).encode(),
    }
    assert not lost(full)
    assert lost(full, layer)
    assert not lost(full, layer, {STATUS: status(("libc6", "2.36"))})


def test_a_database_of_another_root_is_not_the_image_s():
    other = {"srv/root/etc/os-release": OS_RELEASE, f"srv/root/{STATUS}": status(("bash", "5"))}
    assert lost({**NAMED, **LIBC, **other})

from careen.catalogers import distribution, dpkg, hardening, native_code
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.executables import pe
from tests.support.hardened import hardened
from tests.support.images import File, make_layer
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

CATALOGERS = tuple(module.CATALOGER for module in (distribution, dpkg, hardening, native_code))
CHECKED = ("__stack_chk_fail", "__memcpy_chk", "__strcpy_chk", "__read_chk", "__poll_chk", "__printf_chk")
PLAIN = ("memcpy", "strcpy", "read", "poll", "printf")
GOOD, BARE = hardened(CHECKED), hardened(PLAIN, kind=2, relro=False)


def bound(*layers):
    opened = [layer_of(make_layer(layer), number) for number, layer in enumerate(layers)]
    readers = Readers.of(CATALOGERS, "test")
    deltas = [index(layer, readers, MemoryStore(), Budget(Limits())) for layer in opened]
    return bind(deltas, CATALOGERS).hardening


def debian(files, more=None):
    names = "".join(f"/{path}\n" for path in files)
    return {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("bash", "5.2-1")),
        "var/lib/dpkg/info/bash.list": names.encode(),
        **{path: File(data, mode=0o755) for path, data in files.items()},
        **(more or {}),
    }


OWN = {f"usr/bin/tool{number}": GOOD for number in range(20)}


def test_only_what_differs_from_the_distribution_is_kept():
    found = bound(debian(OWN, {"opt/tool": File(BARE, mode=0o755)}))
    assert found.files == 21
    assert [(file.path, file.missing, file.owned) for file in found.lacking] == [
        ("opt/tool", ("pie", "relro", "canary", "fortify"), False)
    ]


def test_the_distributions_own_count_if_they_give_rights_or_are_dangerous_everywhere():
    own = {**OWN, "usr/bin/su": File(BARE, mode=0o4755), "usr/bin/old": BARE, "usr/bin/stack": hardened(CHECKED, stack=7)}
    files = debian({path: data.data if isinstance(data, File) else data for path, data in own.items()})
    files["usr/bin/su"] = File(BARE, mode=0o4755)
    found = bound(files)
    assert [(file.path, file.missing) for file in found.lacking] == [
        ("usr/bin/stack", ("exec_stack",)),
        ("usr/bin/su", ("pie", "relro", "canary", "fortify")),
    ]
    assert [file.privileged for file in found.lacking] == [False, True]


def test_a_file_that_a_later_layer_removes_does_not_count():
    assert bound({"opt/tool": BARE}, {"opt/.wh.tool": b""}).files == 0


def test_what_packages_bring_for_another_system_does_not_count():
    found = bound(debian(OWN, {"opt/setup.exe": pe(b"x", b"y")}))
    assert (found.files, found.lacking) == (20, ())
    assert bound({"tool.exe": pe(b"x", b"y")}).files == 1


def test_a_file_that_cannot_be_read_is_counted_apart():
    broken = bytearray(GOOD)
    at = broken.index((0x8000).to_bytes(8, "little"))
    while at >= 0:
        broken[at : at + 8] = (1 << 40).to_bytes(8, "little")
        at = broken.find((0x8000).to_bytes(8, "little"), at)
    found = bound({"opt/tool": bytes(broken), "opt/other": GOOD})
    assert (found.files, found.unread) == (1, 1)

from careen.catalogers import distribution, dpkg, hooks, python
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.images import make_layer
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

CATALOGERS = tuple(module.CATALOGER for module in (distribution, dpkg, hooks, python))


def found(*layers):
    opened = [layer_of(make_layer(layer), number) for number, layer in enumerate(layers)]
    readers = Readers.of(CATALOGERS, "test")
    deltas = [index(layer, readers, MemoryStore(), Budget(Limits())) for layer in opened]
    return [(hook.kind, hook.path, hook.layer) for hook in bind(deltas, CATALOGERS).hooks]


def test_what_lies_where_systems_look_for_code():
    layer = {
        "etc/cron.d/job": b"x",
        "etc/cron.d/.placeholder": b"",
        "etc/ld.so.preload": b"/lib/x.so\n",
        "etc/pam.d/common-auth": b"x",
        "etc/pam.d/other": b"x",
        "etc/systemd/system/a.service": b"x",
        "etc/systemd/system/readme": b"x",
        "srv/.git/hooks/post-merge": b"x",
        "srv/.git/hooks/post-merge.sample": b"x",
        "usr/lib/python3/sitecustomize.py": b"x",
        "opt/cron.d/job": b"x",
    }
    assert found(layer) == [
        ("cron", "etc/cron.d/job", 0),
        ("preload", "etc/ld.so.preload", 0),
        ("pam", "etc/pam.d/other", 0),
        ("service", "etc/systemd/system/a.service", 0),
        ("git", "srv/.git/hooks/post-merge", 0),
        ("python_start", "usr/lib/python3/sitecustomize.py", 0),
    ]


def test_what_a_package_brings_is_no_hook():
    layer = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("cron", "3")),
        "var/lib/dpkg/info/cron.list": b"/etc/cron.d/job\n",
        "etc/cron.d/job": b"x",
        "usr/lib/python3/site-packages/a.pth": b"import a\n",
        "usr/lib/python3/site-packages/a-1.dist-info/METADATA": b"Name: a\nVersion: 1\n",
        "usr/lib/python3/site-packages/a-1.dist-info/RECORD": b"a.pth,,\na-1.dist-info/METADATA,,\n",
        "usr/lib/python3/site-packages/b.pth": b"import b\n",
    }
    assert found(layer) == [("python_start", "usr/lib/python3/site-packages/b.pth", 0)]


def test_a_hook_that_a_later_layer_removes_is_none():
    assert found({"etc/cron.d/job": b"x"}, {"etc/cron.d/.wh.job": b""}) == []


def test_settings_of_package_managers_count_wherever_they_are():
    assert found({"root/.config/pip/pip.conf": b"[global]\nextra-index-url=https://a.example/\n"}) == [
        ("extra_index", "root/.config/pip/pip.conf", 0)
    ]


def test_many_files_of_one_kind_do_not_hide_a_library_that_every_program_loads():
    layer = {f"etc/cron.d/{number}": b"x" for number in range(600)} | {"usr/lib/python3/sitecustomize.py": b"x"}
    assert ("python_start", "usr/lib/python3/sitecustomize.py", 0) in found(layer)

"""Which files of a squashed image are given to the checks of its configuration."""

import io
import tarfile

from careen.catalogers import distribution, dpkg, system
from careen.formats.archives import tar
from careen.formats.archives.inflate import open_stream
from careen.layers.bind import bind
from careen.safety.budget import Budget, Limits
from tests.support.images import File, Folder, Symlink
from tests.unit.layers.helpers import OS_RELEASE, delta_of, status

CATALOGERS = (distribution.CATALOGER, dpkg.CATALOGER, system.CATALOGER)


def filesystem_of(*layers):
    return bind([delta_of(layer, catalogers=CATALOGERS) for layer in layers], CATALOGERS).filesystem


def entries_of(*layers):
    return {entry.path: entry for entry in filesystem_of(*layers).entries}


def test_modes_and_owners_of_note():
    found = entries_of(
        {
            "etc/os-release": OS_RELEASE,
            "opt/setuid": File(mode=0o4755),
            "opt/open": File(mode=0o666),
            "opt/hidden": File(mode=0o700),
            "opt/theirs": File(mode=0o755, uid=1000, gid=1001),
            "opt/plain": File(mode=0o755),
            "opt/data": File(mode=0o644, uid=1000),
        }
    )
    assert set(found) == {"opt/setuid", "opt/open", "opt/hidden", "opt/theirs"}
    assert (found["opt/theirs"].uid, found["opt/theirs"].gid, found["opt/theirs"].mode) == (1000, 1001, 0o755)


def test_only_what_is_visible_counts_and_by_its_last_layer():
    first = {"opt/a": File(mode=0o4755), "opt/b": File(mode=0o4755), "opt/c": File(mode=0o4755)}
    found = entries_of(first, {"opt/.wh.a": b"", "opt/b": File(mode=0o755), "opt/c": File(mode=0o6755)})
    assert {path: (entry.layer, entry.mode) for path, entry in found.items()} == {"opt/c": (1, 0o6755)}


def test_many_open_files_do_not_hide_a_set_user_id_file(monkeypatch):
    monkeypatch.setattr("careen.layers.filesystem.MAX_ENTRIES", 10)
    found = entries_of({f"opt/{number:02}": File(mode=0o666) for number in range(20)}, {"usr/bin/x": File(mode=0o4755)})
    assert "usr/bin/x" in found and len(found) < 20


def test_what_a_package_brought_is_known():
    packaged = {
        "var/lib/dpkg/status": status(("sudo", "1")),
        "var/lib/dpkg/info/sudo.list": b"/.\n/bin/sudo\n",
        "bin": Symlink("usr/bin"),
        "usr/bin/sudo": File(mode=0o4755),
        "usr/bin/other": File(mode=0o4755),
    }
    found = entries_of(packaged)
    assert (found["usr/bin/sudo"].owned, found["usr/bin/other"].owned) == (True, False)


def test_folders_that_everybody_writes_to():
    found = entries_of(
        {
            "opt/open": Folder(0o777),
            "opt/open/x": b"",
            "opt/sticky": Folder(0o1777),
            "opt/sticky/x": b"",
            "opt/once": Folder(0o777),
        },
        {"opt/once": Folder(0o755), "opt/once/x": b""},
    )
    assert {path for path, entry in found.items() if entry.kind == "d"} == {"opt/open"}


def test_names_of_note():
    found = entries_of(
        {
            "app/.git/HEAD": b"ref: x",
            "usr/sbin/sshd": File(mode=0o755),
            "usr/local/share/ca-certificates/corp.crt": b"",
            "root/.cache/pip/http/1/2/3": b"",
            "root/.cache/pip/http/1/2/4": b"",
        }
    )
    assert set(found) - {"root/.cache/pip/http/1/2/4", "root/.cache/pip/http/1/2/3"} == {
        "app/.git/HEAD",
        "usr/sbin/sshd",
        "usr/local/share/ca-certificates/corp.crt",
    }
    assert len(found) == 4


def test_texts_are_those_of_the_root_and_have_no_password():
    texts = filesystem_of(
        {
            "etc/shadow": b"root:$6$salt$" + b"h" * 80 + b":19000::::::\napp::1::::::\nx:!$1$abc$def:1::::::\n",
            "etc/apt/sources.list": b"deb https://me:hunter2@packages.internal/ stable main\n",
            "root/.npmrc": b"//r/:_authToken=hunter2\nstrict-ssl=false\n",
            "etc/yum.repos.d/a.repo": b"[a]\npassword = hunter2\ngpgcheck=0\n",
        }
    ).texts
    assert texts["etc/shadow"].splitlines() == ["root:$6$…:19000::::::", "app::1::::::", "x:!$1$…:1::::::"]
    assert texts["root/.npmrc"].endswith("strict-ssl=false\n")
    assert "hunter2" not in repr(texts)
    assert "salt" not in repr(texts)


def test_file_capabilities_are_seen_in_pax_headers():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, headers in (("opt/plain", {}), ("opt/capable", {"SCHILY.xattr.security.capability": "\x01\0\0\x02 \0"})):
            info = tarfile.TarInfo(name)
            info.mode, info.pax_headers = 0o755, headers
            archive.addfile(info)
    data = buffer.getvalue()
    members = {member.path: member.capabilities for member in tar.members(open_stream(io.BytesIO(data), Limits()))}
    assert members == {"opt/plain": False, "opt/capable": True}
    from careen.layers.index import Readers, index
    from careen.store.memory import MemoryStore
    from tests.unit.layers.helpers import layer_of

    delta = index(layer_of(data), Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))
    [entry] = bind([delta], CATALOGERS).filesystem.entries
    assert (entry.path, entry.capabilities) == ("opt/capable", True)

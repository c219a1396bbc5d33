import errno
import os

from careen.layers import tree
from careen.layers.index import Readers, index
from careen.model.image import Layer
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.unit.layers.helpers import CATALOGERS, status


def read(folder):
    layer = Layer(0, "", "", 0, "", lambda: None, folder=str(folder))
    return index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))


def write(folder, files):
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_what_may_not_be_read_is_reported_and_the_rest_is_read(tmp_path, monkeypatch):
    write(
        tmp_path,
        {
            "a/node_modules/x/package.json": b'{"name": "x", "version": "1.0.0"}',
            "root/secret": b"",
            "var/lib/dpkg/status": status(("bash", "5.2-1")),
        },
    )
    open_file, list_folder = os.open, os.scandir

    def refuse_file(place, *arguments, **options):
        if os.fsencode(place).endswith(b"package.json"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return open_file(place, *arguments, **options)

    def refuse_folder(place):
        if os.fsencode(place).endswith(b"root"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return list_folder(place)

    monkeypatch.setattr(os, "open", refuse_file)
    monkeypatch.setattr(os, "scandir", refuse_folder)
    delta = read(tmp_path)
    assert [fact.package.name for _, fact in delta.facts["dpkg"]] == ["bash"]
    assert sorted((unknown.cataloger, unknown.evidence.path, unknown.reason) for unknown in delta.unknowns) == [
        ("layer", "root", "the folder cannot be read (Permission denied)"),
        ("npm", "a/node_modules/x/package.json", "cannot be read (Permission denied)"),
    ]


def test_pipes_and_links_are_noted_and_not_opened(tmp_path):
    write(tmp_path, {"f": b"1"})
    os.mkfifo(tmp_path / "status")
    (tmp_path / "link").symlink_to("/etc/passwd")
    delta = read(tmp_path)
    assert (delta.table.names(), delta.table.kinds) == (["f", "link", "status"], "flp")


def test_what_the_kernel_shows_is_not_entered_at_the_root_alone(tmp_path):
    manifest = b'{"name": "x", "version": "1.0.0"}'
    places = [f"{folder}/node_modules/x/package.json" for folder in ("proc", "sys", "dev", "srv/proc", "home/dev")]
    write(tmp_path, dict.fromkeys(places, manifest))
    assert read(tmp_path).table.names() == sorted(places[3:])


def test_what_is_too_deep_or_cannot_be_looked_at_is_reported(tmp_path, monkeypatch):
    write(tmp_path, {"a/b/c/package.json": b"{}", "a/x": b"", "gone": b""})
    monkeypatch.setattr(tree, "MAX_DEPTH", 1)
    look = os.lstat

    def refuse(place):
        if os.fsencode(place).endswith(b"/x"):
            raise PermissionError(errno.EACCES, "Permission denied")
        if os.fsencode(place).endswith(b"/gone"):
            raise FileNotFoundError
        return look(place)

    monkeypatch.setattr(os, "lstat", refuse)
    delta = read(tmp_path)
    assert [(unknown.evidence.path, unknown.reason) for unknown in delta.unknowns] == [
        ("a/b", "more than 1 folders deep: its content is not read"),
        ("a/x", "it cannot be read (Permission denied)"),
    ]

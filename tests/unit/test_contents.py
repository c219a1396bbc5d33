import os
import shutil
import sys
from types import ModuleType

import pytest

from careen import contents as module
from careen.contents import PACKAGES, SETTLED_NS, UNPACKED_TOGETHER_NS, contents, is_noted, note, outside, record_of

LONG_AGO = 1_700_000_000 * 10**9


def settle(root, when=LONG_AGO):
    for folder, _, files in os.walk(root):
        for name in files:
            os.utime(os.path.join(folder, name), ns=(when, when))


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package in place of the real one; ``read()`` returns what a new process would."""
    root = tmp_path / "careen"
    for name in PACKAGES:
        (root / name).mkdir(parents=True)
    (root / "scan.py").write_text("one")
    (root / "catalogers" / "apk.py").write_text("two")
    (root / "formats" / "rules").mkdir()
    (root / "formats" / "rules" / "a.toml").write_text("three")
    settle(root)
    monkeypatch.setattr(module, "ROOT", str(root))
    return root


@pytest.fixture
def hashed(monkeypatch):
    """The names of the files that are hashed."""
    names, real = [], module.digest_of
    monkeypatch.setattr(module, "digest_of", lambda path: names.append(os.path.basename(path)) or real(path))
    return names


@pytest.fixture
def old(monkeypatch):
    """Long after everything was written: the times of a change cannot be set."""
    now = module.time.time_ns
    monkeypatch.setattr(module.time, "time_ns", lambda: now() + 2 * SETTLED_NS)


def read():
    contents.cache_clear()
    return contents()


@pytest.fixture(autouse=True)
def as_before():
    yield
    contents.cache_clear()


def test_the_key_is_of_names_and_content_alone(package, tmp_path, monkeypatch):
    before = read()
    assert sorted(before.digests) == ["catalogers/apk.py", "formats/rules/a.toml", "scan.py"]
    shutil.copytree(package, tmp_path / "elsewhere")
    settle(tmp_path / "elsewhere", LONG_AGO + 10**12)
    monkeypatch.setattr(module, "ROOT", str(tmp_path / "elsewhere"))
    assert read().key == before.key
    (tmp_path / "elsewhere" / "formats" / "rules" / "a.toml").write_text("th_ee")
    assert read().key != before.key


@pytest.mark.parametrize(
    "added", ["x.py", "catalogers/x.py", "catalogers/x/__init__.py", "formats/rules/b.toml", "model/x.json"]
)
def test_what_is_added_counts(package, added):
    before = read().key
    (package / added).parent.mkdir(exist_ok=True)
    (package / added).write_text("")
    assert read().key != before


def test_what_has_no_part_in_it_does_not_count(package):
    before = read().key
    for name in ("reports/x.py", "__pycache__/x.py", "catalogers/__pycache__/apk.pyc", "catalogers/.apk.py.swp", "notes.txt"):
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text("x")
    assert read().key == before


def test_a_name_is_not_taken_for_content(package):
    before = read().key
    (package / "scan.py").rename(package / "scam.py")
    assert read().key != before


def test_in_a_source_tree_files_are_hashed_once(package, hashed, old):
    first = read()
    assert len(hashed) == 3 and not first.built
    assert read() == first and len(hashed) == 3
    os.utime(package / "scan.py")
    assert read() == first and hashed[3:] == ["scan.py"]


@pytest.mark.parametrize("how", ["size", "time", "neither", "other file"])
def test_an_edit_is_seen(package, old, how):
    """Whatever time the editor leaves: that of the change cannot be set."""
    before, path = read(), package / "catalogers" / "apk.py"
    if how == "other file":
        (package / "new").write_text("2wo")
        (package / "new").replace(path)
    else:
        path.write_text("2wo" if how != "size" else "two and more")
    if how != "time":
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    assert read().key != before.key


def test_what_changed_a_moment_ago_is_not_remembered(package, hashed):
    read()
    read()
    assert len(hashed) == 6


@pytest.mark.parametrize("record", ["", "x", "a b c d\n" * 3, "\udcff"])
def test_a_damaged_record_costs_time_alone(package, old, record):
    first = read()
    (package / "__pycache__" / "contents.txt").write_bytes(record.encode("utf-8", "surrogateescape"))
    assert read() == first


def test_a_tree_that_cannot_be_written_to(package, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError

    first = read()
    shutil.rmtree(package / "__pycache__", ignore_errors=True)
    monkeypatch.setattr(os, "makedirs", refuse)
    assert read() == first
    note("x", "1")
    assert not is_noted("x", "1")


def installed(package, when=LONG_AGO + 10**12):
    (package / "contents.txt").write_text(record_of(str(package)))
    settle(package, when)


def test_of_a_wheel_nothing_is_hashed(package, hashed):
    source = read()
    installed(package)
    hashed.clear()
    assert read() == (source.digests, True, source.key) and not hashed
    assert not (package / "__pycache__").exists()


@pytest.mark.parametrize("edit", ["larger", "later", "gone", "new"])
def test_a_wheel_that_was_changed_after_it_was_installed(package, edit):
    installed(package)
    built, path = read(), package / "catalogers" / "apk.py"
    if edit == "larger":
        path.write_text("two and more")
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    elif edit == "later":
        path.write_text("2wo")
        when = LONG_AGO + 10**12 + UNPACKED_TOGETHER_NS + 1
        os.utime(path, ns=(when, when))
    elif edit == "gone":
        path.unlink()
    else:
        path.with_name("new.py").write_text("")
    found = read()
    assert not found.built and found.key != built.key


def test_a_wheel_that_took_long_to_unpack(package):
    installed(package)
    built = read()
    os.utime(package / "scan.py")
    assert read() == built


def test_plugins_from_outside_count_by_content(tmp_path, monkeypatch):
    before = outside()
    folder = tmp_path / "catalogers"
    (folder / "mine").mkdir(parents=True)
    (folder / "mine" / "__init__.py").write_text("one")
    import careen.catalogers

    monkeypatch.setattr(careen.catalogers, "__path__", [*careen.catalogers.__path__, str(folder)])
    one = outside()
    settle(folder)
    assert one == outside() != before
    (folder / "mine" / "__init__.py").write_text("two")  # inside a plugin that is a folder
    os.utime(folder / "mine" / "__init__.py", ns=(LONG_AGO, LONG_AGO))
    assert outside() not in (one, before)
    moved = folder.rename(tmp_path / "moved")
    (moved / "mine" / "__init__.py").write_text("one")
    monkeypatch.setattr(careen.catalogers, "__path__", [careen.catalogers.__path__[0], str(moved)])
    assert outside() == one


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="links and pipes as POSIX has them")
def test_odd_things_beside_plugins(tmp_path, monkeypatch):
    import careen.catalogers

    folder = tmp_path / "catalogers"
    (folder / "real").mkdir(parents=True)
    (folder / "real" / "x.py").write_text("one")
    (folder / "linked").symlink_to("real")
    (folder / "circle").symlink_to("../catalogers")
    (folder / "broken.py").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.py")
    monkeypatch.setattr(careen.catalogers, "__path__", [*careen.catalogers.__path__, str(folder)])
    before = outside()
    (folder / "real" / "x.py").write_text("two")
    assert outside() != before


def test_nothing_is_imported_to_look_for_plugins(monkeypatch):
    for name in PACKAGES:
        monkeypatch.delitem(sys.modules, f"careen.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "careen.catalogers", ModuleType("careen.catalogers"))
    sys.modules["careen.catalogers"].__path__ = ["x"]
    assert outside()
    assert "careen.versions" not in sys.modules


def test_notes_apply_to_one_state(package):
    assert not is_noted("x", "1")
    note("x", "1")
    assert is_noted("x", "1") and not is_noted("x", "2") and not is_noted("y", "1")

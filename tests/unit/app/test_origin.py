"""Which knowledge bases a scan asks, and what it says if numpy is not installed."""

import pytest

pytest.importorskip("numpy")

from msgspec.structs import replace

from careen.app import origin
from careen.app.origin import CORE, SHIPPED, search_of
from careen.app.session import Session
from careen.config import Settings
from careen.errors import InputError, UsageError
from careen.origin.knowledge import open_base, write_base
from tests.unit.origin.test_identify import PROJECTS
from tests.unit.pipeline.test_origin import made

MAX_BYTES = 3 << 20


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(origin, "SHIPPED", tmp_path / "shipped")
    return Settings(cache_dir=tmp_path / "cache", trust_cache=True, offline=True, refresh="never", advisories=None)


def test_what_ships_what_was_pulled_and_what_the_user_names(settings, tmp_path):
    assert search_of(settings).bases == ()
    write_base(tmp_path / "shipped", made("liba"))
    write_base(tmp_path / "cache" / CORE, made("libb"))
    write_base(tmp_path / "own", made("libc"))
    bases = search_of(replace(settings, origin_kb=(tmp_path / "own",))).bases
    assert [(base.proven, base.small) for base in bases] == [(True, True), (False, False), (False, False)]
    assert [[project.name for project in base.open().projects] for base in bases] == [["liba"], ["libb"], ["libc"]]
    assert len({base.key for base in bases}) == 3


def test_a_base_is_opened_once(settings, tmp_path):
    write_base(tmp_path / "shipped", made("liba"))
    (base,) = search_of(settings).bases
    assert base.open() is base.open()


def test_it_is_left_out(settings):
    assert search_of(replace(settings, scanners=("vuln", "secret"))) is None


def test_to_name_a_base_is_to_ask_for_it(settings, tmp_path):
    write_base(tmp_path / "own", made("libc"))
    assert search_of(replace(settings, scanners=("vuln",), origin_kb=(tmp_path / "own",))) is not None


def test_a_folder_without_a_base_is_an_error(settings, tmp_path):
    with pytest.raises(InputError, match="not a knowledge base"):
        search_of(replace(settings, origin_kb=(tmp_path,)))


def test_without_numpy_it_is_an_error_only_if_it_is_asked_for(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(origin, "find_spec", lambda name: None)

    def missing():
        raise UsageError("the origin of code needs numpy", "pip install 'careen[origin]'")

    monkeypatch.setattr(origin, "_check_installed", missing)
    assert search_of(settings).reduced
    for changes in ({"scanners": ("origin",)}, {"origin_kb": (tmp_path,)}):
        with pytest.raises(UsageError, match="needs numpy"):
            search_of(replace(settings, **changes))


def test_a_scan_lists_and_reports_the_component(settings, tmp_path):
    write_base(tmp_path / "own", made("liba"))
    folder = tmp_path / "image"
    for name, data in PROJECTS["liba"]["1.2"].items():
        path = folder / "srv/shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    asked = replace(settings, origin_kb=(tmp_path / "own",), scanners=("origin",))
    with Session(asked) as session:
        report = session.scan(str(folder))
        assert [package.purl for package in report.inventory.packages] == ["pkg:generic/liba@1.2"]
        _, inventory = session.inventory(str(folder))
        assert inventory.packages == report.inventory.packages
    with Session(replace(asked, scanners=("config",), origin_kb=())) as session:
        assert session.scan(str(folder)).inventory.packages == ()


@pytest.mark.parametrize(("more", "is_searched"), [({}, False), ({"etc/os-release": b"ID=debian\nVERSION_ID=12\n"}, True)])
def test_a_source_tree_is_the_users_own_unless_a_base_is_named(settings, tmp_path, more, is_searched):
    write_base(tmp_path / "shipped", made("liba"))
    for name, data in ({f"srv/{name}": data for name, data in PROJECTS["liba"]["1.2"].items()} | more).items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with Session(settings) as session:
        assert (session.inventory(str(tmp_path / "tree"))[1].origin_read is not None) == is_searched


@pytest.mark.skipif(not (SHIPPED / "manifest.json").is_file(), reason="make kb-small builds it")
def test_the_base_that_ships_is_small_and_can_be_read():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= MAX_BYTES
    names = {project.name for project in open_base(SHIPPED).projects}
    listed = (SHIPPED.parent / "base.txt").read_text().splitlines()
    assert names == {line.partition("@")[0] for line in listed if line and not line.startswith("#")}

import os
import subprocess
import sys

import pytest
from msgspec.structs import replace

from careen.app import database_transfer, databases
from careen.app.cachefolder import cache_folder, refuse_untrusted, settled
from careen.app.session import Session
from careen.app.wiring import open_store
from careen.config import Settings
from careen.errors import UsageError

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users and modes as POSIX has them")


@pytest.fixture
def shared(tmp_path):
    """Settings whose cache folder is open to all."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)
    return Settings(cache_dir=folder)


def test_a_folder_is_made_for_its_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        folder = cache_folder(Settings(cache_dir=tmp_path / "home" / ".cache" / "careen"))
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent, folder.parent.parent)] == [0o700] * 3
    assert cache_folder(Settings(cache_dir=folder)) == folder


def test_one_that_is_open_is_replaced_by_a_private_one_with_one_warning(shared, caplog):
    found = cache_folder(shared)
    assert found != shared.cache_dir and found.stat().st_mode & 0o777 == 0o700
    assert [cache_folder(shared), settled(shared).cache_dir, settled(settled(shared)).cache_dir] == [found] * 3
    (line,) = (record.getMessage() for record in caplog.records)
    assert f"chmod go-w {shared.cache_dir}" in line and "CAREEN_CACHE_DIR" in line and "--trust-cache" in line
    store = open_store(shared)
    store.put("key", b"x")
    store.close()
    assert list(shared.cache_dir.iterdir()) == []


def test_one_that_is_open_may_be_trusted(shared, caplog):
    assert cache_folder(replace(shared, trust_cache=True)) == shared.cache_dir
    assert caplog.text == ""


def test_the_cure_is_one(shared):
    shared.cache_dir.chmod(0o755)
    assert cache_folder(shared) == shared.cache_dir


def test_a_cache_of_somebody_else_has_no_command_as_cure(shared, caplog):
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    shared.cache_dir.chmod(0o700)
    os.chown(shared.cache_dir, 12345, 12345)
    assert cache_folder(shared) != shared.cache_dir
    assert "belongs to user 12345" in caplog.text and "chmod" not in caplog.text


@pytest.mark.parametrize(
    "command",
    [
        databases.update_database,
        databases.database_status,
        databases.database_list,
        lambda settings: databases.database_diff("2026-01-01", None, settings, print),
        lambda settings: database_transfer.export_database(settings.cache_dir / "x", settings),
        lambda settings: database_transfer.import_database(settings.cache_dir / "x", settings),
        lambda settings: database_transfer.push_database("oci://127.0.0.1:9/x", settings),
        lambda settings: database_transfer.pull_database("oci://127.0.0.1:9/x", settings),
    ],
    ids=["update", "status", "list", "diff", "export", "import", "push", "pull"],
)
def test_commands_of_the_database_refuse_it(shared, command):
    with pytest.raises(UsageError, match="others may write to") as caught:
        command(shared)
    assert f"chmod go-w {shared.cache_dir}" in caught.value.hint and "--trust-cache" in caught.value.hint
    assert list(shared.cache_dir.iterdir()) == []


def test_refusing_leaves_others_alone(tmp_path, shared):
    assert refuse_untrusted(Settings(cache_dir=tmp_path / "new")).cache_dir == tmp_path / "new"
    assert refuse_untrusted(replace(shared, trust_cache=True)).cache_dir == shared.cache_dir


def test_a_folder_that_cannot_be_looked_at(tmp_path):
    (tmp_path / "file").write_text("")
    below = Settings(cache_dir=tmp_path / "file" / "cache")
    with pytest.raises(UsageError, match="cannot be used"):
        Session(below)
    assert settled(replace(below, no_cache=True)).cache_dir == below.cache_dir


@pytest.mark.parametrize("end", ["pass", "from careen.cli.process import leave; leave(0)", "raise KeyboardInterrupt"])
def test_the_private_one_goes_with_the_process(shared, tmp_path, end):
    (tmp_path / "temporary").mkdir()
    code = (
        "from pathlib import Path; from careen.config import Settings; from careen.app.cachefolder import cache_folder\n"
        f"found = cache_folder(Settings(cache_dir=Path({str(shared.cache_dir)!r})))\n"
        f"(found / 'x').write_text('x'); print(found)\n{end}"
    )
    environ = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    found = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=600, check=False)
    assert found.stdout.startswith(str(tmp_path / "temporary" / "careen-"))
    assert list((tmp_path / "temporary").iterdir()) == []

"""Owners that are not the user's need ``chown``, which root alone may do; else the user is another one for a while."""

import inspect
import os
import shutil
import sys
from contextlib import contextmanager

import pytest

from careen.store.trust import distrust

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users and modes as POSIX has them")
SOMEBODY, ANOTHER = 12345, 12346


@pytest.fixture
def folder(tmp_path):
    """A cache folder as Careen makes it, with a file in it."""
    made = tmp_path / "home" / "cache"
    made.mkdir(parents=True)
    made.chmod(0o700)
    made.parent.chmod(0o755)
    (made / "blobs").mkdir(mode=0o755)
    (made / "layers.sqlite").write_text("x")
    (made / "layers.sqlite").chmod(0o644)
    return made


@pytest.fixture
def give(monkeypatch):
    """Makes a path somebody else's, for real where this is root."""

    def given(path, user=SOMEBODY):
        if os.getuid() == 0:
            os.lchown(path, user, user)
        else:
            pytest.skip("only root can give files away")

    return given


@pytest.fixture
def as_user(monkeypatch):
    """Runs the rest as another user, in name only."""

    def become(user=SOMEBODY, group=SOMEBODY):
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(os, "getegid", lambda: group)

    return become


def test_a_folder_of_ones_own(folder):
    assert distrust(folder) is None
    assert distrust(folder / "not" / "there" / "yet") is None


def test_an_open_folder(folder):
    for mode in (0o777, 0o770, 0o1777, 0o702):
        folder.chmod(mode)
        found = distrust(folder)
        assert found and found.path == folder and found.cure == f"chmod go-w {folder}", oct(mode)
    folder.chmod(0o755)
    assert distrust(folder) is None


def test_a_folder_on_the_way(folder):
    folder.parent.chmod(0o777)
    assert distrust(folder).path == folder.parent
    folder.parent.chmod(0o1777)  # as /tmp is
    assert distrust(folder) is None
    folder.parent.chmod(0o775)
    assert distrust(folder).why == f"others may write to {folder.parent}"


def test_what_is_not_there_yet_is_seen_by_what_it_would_lie_in(folder):
    folder.parent.chmod(0o777)
    assert distrust(folder.parent / "new" / "cache").path == folder.parent


def test_another_owner(folder, give):
    give(folder)
    found = distrust(folder)
    assert (found.path, found.why, found.cure) == (folder, f"{folder} belongs to user {SOMEBODY}", "")


def test_another_owner_on_the_way(folder, give):
    give(folder.parent)
    assert distrust(folder).path == folder.parent
    folder.parent.chmod(0o1777)  # sticky binds all but the owner
    assert distrust(folder).path == folder.parent


@pytest.mark.parametrize("inside", ["layers.sqlite", "blobs", "blobs/sha256", "blobs/sha256/x"])
def test_another_owner_of_something_in_it(folder, give, inside):
    path = folder / inside
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text("x")
    give(path)
    assert distrust(folder).path == path


def test_a_user_trusts_root_and_root_trusts_only_itself(folder, give, as_user):
    as_user()
    assert distrust(folder) is None  # all of it is root's
    give(folder)
    give(folder / "layers.sqlite")
    assert distrust(folder) is None
    as_user(ANOTHER)
    assert distrust(folder).path == folder
    as_user(0)
    assert distrust(folder).path == folder


@pytest.mark.parametrize("inside", ["layers.sqlite", "blobs", "blobs/sha256"])
def test_writable_files_count_if_others_can_reach_them(folder, inside):
    path = folder / inside
    if not path.exists():
        path.mkdir()
    path.chmod(0o777)
    assert distrust(folder) is None  # 0700 keeps them out
    folder.chmod(0o711)
    assert distrust(folder).path == path
    path.chmod(0o755)
    assert distrust(folder) is None


def test_links_are_followed(folder, tmp_path, give):
    (tmp_path / "link").symlink_to("home/../home")
    assert distrust(tmp_path / "link" / "cache") is None
    open_one = tmp_path / "open"
    open_one.mkdir()
    open_one.chmod(0o777)
    (open_one / "cache").mkdir(mode=0o700)
    (tmp_path / "out").symlink_to(open_one / "cache")
    assert distrust(tmp_path / "out").path == open_one
    (folder / "database").symlink_to(open_one / "cache")
    assert distrust(folder).path == open_one
    (folder / "database").unlink()
    (folder / "database").symlink_to(tmp_path / "nothing")
    assert distrust(folder) is None
    give(folder / "database")
    assert distrust(folder).path == folder / "database"


def test_a_link_of_somebody_else_in_a_sticky_folder(folder, tmp_path, give):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "link").symlink_to(folder)
    assert distrust(shared / "link") is None
    give(shared / "link")
    assert distrust(shared / "link").path == shared / "link"


def test_a_way_that_goes_up_again(folder):
    (folder / "layers.sqlite").chmod(0o666)
    assert distrust(folder / "blobs" / "..") is None
    folder.chmod(0o755)
    assert distrust(folder / "blobs" / "..").path == folder / "layers.sqlite"


def test_a_link_that_leads_back_ends(folder):
    (folder / "again").symlink_to(".")
    (folder / "blobs" / "up").symlink_to("..")
    assert distrust(folder) is None
    (folder / "layers.sqlite").chmod(0o666)
    folder.chmod(0o755)
    assert distrust(folder).path == folder / "layers.sqlite"


@pytest.mark.parametrize("target", ["..", "/", "../.."])
def test_a_link_to_a_folder_around_the_cache_is_not_followed(folder, target):
    (folder / "out").symlink_to(target)
    found = distrust(folder)
    assert (found.path, found.cure) == (folder / "out", f"rm {folder / 'out'}")


def test_folders_in_folders_have_no_end_that_matters(folder):
    folder.joinpath(*["a"] * 200).mkdir(parents=True)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        assert distrust(folder) is None
    finally:
        sys.setrecursionlimit(before)


def test_links_in_a_circle(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="too many links"):
        distrust(tmp_path / "a")


class Group:
    def __init__(self, name, members=()):
        self.gr_name, self.gr_mem = name, list(members)


@pytest.mark.parametrize(
    ("group", "private"),
    [
        (Group("me"), True),
        (Group("me", ["me"]), True),
        (Group("me", ["me", "you"]), False),
        (Group("staff"), False),
        (None, False),
    ],
)
def test_a_group_of_the_user_alone_is_trusted(folder, give, as_user, monkeypatch, group, private):
    import grp
    import pwd

    def of_group(_):
        if group is None:
            raise KeyError
        return group

    give(folder)
    give(folder / "layers.sqlite")
    folder.chmod(0o775)
    as_user()
    monkeypatch.setattr(pwd, "getpwuid", lambda user: type("User", (), {"pw_name": "me"}))
    monkeypatch.setattr(grp, "getgrgid", of_group)
    assert (distrust(folder) is None) is private
    as_user(group=ANOTHER)  # it is not the primary group
    assert distrust(folder).path == folder


def test_an_access_list_beside_the_private_group(folder, give, as_user, monkeypatch):
    import grp
    import pwd

    give(folder)
    folder.chmod(0o770)
    as_user()
    monkeypatch.setattr(pwd, "getpwuid", lambda user: type("User", (), {"pw_name": "me"}))
    monkeypatch.setattr(grp, "getgrgid", lambda group: Group("me"))
    monkeypatch.setattr(os, "listxattr", lambda path: ["system.posix_acl_access"], raising=False)
    assert distrust(folder).path == folder


def test_the_group_of_root_is_not_private(folder):
    if os.geteuid() != 0:
        pytest.skip("for root alone")
    folder.chmod(0o770)
    assert distrust(folder).path == folder


def test_systems_without_users(folder, monkeypatch):
    folder.chmod(0o777)
    monkeypatch.delattr(os, "geteuid")
    assert distrust(folder) is None


def test_files_that_vanish_meanwhile(folder, monkeypatch):
    real = os.scandir

    @contextmanager
    def vanishing(path):
        with real(path) as entries:
            found = list(entries)
        monkeypatch.undo()
        shutil.rmtree(path)
        yield found

    monkeypatch.setattr(os, "scandir", vanishing)
    assert distrust(folder) is None


def test_links_that_lead_back_are_looked_into_once(folder):
    (folder / "blobs" / "up").symlink_to("..")
    (folder / "self").symlink_to(folder)
    assert distrust(folder) is None
    (folder / "blobs" / "open").write_text("x")
    (folder / "blobs" / "open").chmod(0o666)
    (folder / "blobs").chmod(0o755)
    folder.chmod(0o755)
    assert distrust(folder) is not None

import pytest

from careen.output.roots import root_of


@pytest.mark.parametrize(
    "database", ["var/lib/dpkg/status", "var/lib/dpkg/status.d/base", "usr/lib/apk/db/installed", "lib/apk/db/installed",
                 "var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/Packages.db"],
)  # fmt: skip
def test_the_folder_above_a_package_database(database):
    assert root_of(database) == ""
    assert root_of(f"srv/chroot/a/{database}") == "srv/chroot/a"


def test_other_files_are_in_no_root():
    assert root_of("usr/share/sbom/a.spdx") == root_of("") == ""

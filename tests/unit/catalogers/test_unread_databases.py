import pytest
from tests.support.reading import read_files

from careen.catalogers.unread_databases import CATALOGER


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("var/db/xbps/pkgdb-0.38.plist", "var/db/xbps/pkgdb-0.38.plist"),
        ("srv/root/var/log/packages/bash-5.1-x86_64-1", "srv/root/var/log/packages"),
        ("var/db/pkg/bash-5.2/+CONTENTS", "var/db/pkg"),
        ("var/lib/pkg/db", "var/lib/pkg/db"),
    ],
)
def test_the_place_of_a_database(path, place):
    assert [fact.value.partition("\0")[0] for fact in read_files(CATALOGER, {path: b""}).facts] == [place]


@pytest.mark.parametrize("path", ["var/db/pkg/local.sqlite", "var/db/pkg/app-shells/bash-5.2/CONTENTS", "var/lib/pkg/db.old"])
def test_databases_of_other_package_managers(path):
    assert not read_files(CATALOGER, {path: b""}).facts

"""FreeBSD packages: pkg's database, ``var/db/pkg/local.sqlite``.

The cataloger reads the columns name, version, arch ("FreeBSD:14:amd64") and maintainer of the table ``packages``. The database
is proof enough that its packages are FreeBSD's: images often lack the ``os-release``, which is written at boot.
Raises: ValueError if the file is not such a database.  **Source:** pkg(8), libpkg/private/db_upgrades.h; SQLite file format.
"""

from collections.abc import Iterator

from careen.formats.data.sqlite import columns, open_database, rows
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

MAX_PACKAGES = 100_000
MAX_LENGTH = 200
_NAME, _VERSION, _ARCH, _MAINTAINER = 2, 3, 8, 9


def read(file: File) -> Iterator[Package]:
    with file.open() as stream:
        for count, record in enumerate(rows(open_database(stream), b"packages")):
            if count >= MAX_PACKAGES:
                raise ValueError(f"more than {MAX_PACKAGES} packages")
            found = columns(record, _MAINTAINER + 1)
            name, version, arch, maintainer = (_text(found, column) for column in (_NAME, _VERSION, _ARCH, _MAINTAINER))
            if not name or not version:
                raise ValueError("a package without name or version")
            yield Package(
                "freebsd",
                "freebsd",
                name,
                version,
                arch=arch.rpartition(":")[2] or None,
                distro="freebsd",
                maintainer=maintainer or None,
                cataloger=CATALOGER.name,
            )


def _text(found: list[int | bytes | None], column: int) -> str:
    value = found[column] if column < len(found) else None
    return value[:MAX_LENGTH].decode("utf-8", "replace") if isinstance(value, bytes) else ""


CATALOGER = Cataloger(
    name="freebsd",
    ecosystem=Ecosystem(purl_type="freebsd", scheme="freebsd", distribution=True),
    readers=(Reader(Wants(paths=("var/db/pkg/local.sqlite",)), read),),
    limits="Which files belong to a package, and the base system.",
)

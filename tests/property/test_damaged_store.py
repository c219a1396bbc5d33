"""Any byte of the layer store changes: a scan still gives the right answer, and reads again what is damaged.

Each case changes one byte of a store that one scan filled, of a page type that is drawn first: rare types change as
often as common ones: the header and schema, inner and leaf pages of tables and indices, overflow pages, free pages, and the
log of a process that was killed. CAREEN_FLIPS=10000 is the number of cases; by default as many as take some seconds.
"""

import logging
import os
import random
import shutil
import sqlite3
from collections import defaultdict

import pytest
from tests.support.images import make_image, make_layer, write_oci_layout
from tests.support.matching import advisory, info

from careen.app.session import Session
from careen.config import Settings
from careen.database.build import FeedRow, Fresh, build
from careen.database.knowledge import database_path
from careen.store.sqlite import SqliteStore

FLIPS = int(os.environ.get("CAREEN_FLIPS", "250"))
AT_ONCE = 50  # cases of one test, so that several processes share them
PAGE_TYPES = {2: "inner page of an index", 5: "inner page of a table", 10: "leaf of an index", 13: "leaf of a table"}
OTHERS = ("header and schema", "overflow or free page", "page of what is asked for", "log")
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'


def status(*packages):
    lines = "Package: {}\nStatus: install ok installed\nArchitecture: amd64\nSource: {}\nVersion: {}\n\n"
    return "".join(lines.format(*package) for package in packages).encode()


LIBSSL, LIBC = ("libssl3", "openssl", "3.0.11-1"), ("libc6", "glibc", "2.36-9")
FEW = status(LIBSSL, LIBC)
MANY = status(LIBSSL, LIBC, *((f"lib{number}", f"source{number}", f"{number}.0-1") for number in range(400)))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A folder with an image of small rows in the store and one of large rows, the settings, and what is right."""
    folder = tmp_path_factory.mktemp("damage")
    layers = make_layer({"etc/os-release": OS_RELEASE}), make_layer({"var/lib/dpkg/status": FEW})
    images = [
        str(write_oci_layout(folder / "small", make_image(layers))),
        str(write_oci_layout(folder / "large", make_image([*layers, make_layer({"var/lib/dpkg/status": MANY})]))),
    ]
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    settings = Settings(cache_dir=cache, offline=True, scanners=("vuln",))
    row = FeedRow("debian.json", "debian", "", "https://d.example", "2026-05-31", "2026-05-31T00:00:00+00:00")
    records = (advisory(), advisory("CVE-2026-0002", None, package="glibc"), info(unfixed=True))
    database_path(cache).parent.mkdir(mode=0o700)
    build(database_path(cache), [Fresh(row, lambda: iter(records))], "2026-05-31T00:00:00+00:00")
    right = answers(images, settings)
    assert [(len(packages), ids) for packages, ids in right] == [
        (2, ["CVE-2026-0001", "CVE-2026-0002"]),
        (402, ["CVE-2026-0001", "CVE-2026-0002"]),
    ]
    return images, settings, right


def answers(images, settings):
    found = []
    for image in images:
        with Session(settings) as session:
            report = session.scan(image)
        packages = sorted((package.name, package.version) for package in report.inventory.packages)
        found.append((packages, sorted(finding.id for finding in report.findings)))
    return found


@pytest.fixture(scope="module")
def places(scene, tmp_path_factory):
    """Pristine copies of the store's files, and the places of each page type: (file, from, to)."""
    _, settings, _ = scene
    store, kept = settings.cache_dir / "layers.sqlite", tmp_path_factory.mktemp("pristine")
    filled = SqliteStore(store)
    for number in range(300):
        filled.put(f"delta other {number}", random.Random(number).randbytes(40 if number % 10 else 9000))
    filled.close()
    connection = sqlite3.connect(store)
    connection.execute("DELETE FROM entry WHERE key LIKE 'delta other %5'")  # for free pages
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(store, kept / "layers.sqlite")
    later = sqlite3.connect(store, isolation_level=None)
    later.execute("UPDATE entry SET used = used - 1")  # every row, in the log alone
    shutil.copy(store, kept / "logged.sqlite")
    shutil.copy(store.with_name("layers.sqlite-wal"), kept / "logged.sqlite-wal")
    later.close()
    data, found = (kept / "layers.sqlite").read_bytes(), defaultdict(list)
    size = int.from_bytes(data[16:18])
    found["header and schema"].append(("layers.sqlite", 0, size))
    for start in range(size, len(data), size):
        kind = PAGE_TYPES.get(data[start], "overflow or free page")
        found[kind].append(("layers.sqlite", start, start + size))
        if any(key in data[start : start + size] for key in (b"inventory ", b"matched ", b"delta sha256:")):
            found["page of what is asked for"].append(("layers.sqlite", start, start + size))
    found["log"].append(("logged.sqlite-wal", 0, (kept / "logged.sqlite-wal").stat().st_size))
    assert found.keys() == {*PAGE_TYPES.values(), *OTHERS}
    return kept, found


@pytest.mark.parametrize("start", range(0, FLIPS, AT_ONCE))
def test_one_byte(scene, places, start, caplog):
    images, settings, right = scene
    kept, found = places
    store = settings.cache_dir / "layers.sqlite"
    for seed in range(start, min(start + AT_ONCE, FLIPS)):
        chance = random.Random(seed)
        kind = chance.choice(sorted(found))
        name, first, last = chance.choice(found[kind])
        place, bits = chance.randrange(first, last), chance.randrange(1, 256)
        for path in settings.cache_dir.glob("layers.sqlite*"):
            path.unlink()
        source = name.removesuffix("-wal")
        for ending in ("", "-wal"):
            if (kept / f"{source}{ending}").exists():
                shutil.copy(kept / f"{source}{ending}", store.with_name(f"layers.sqlite{ending}"))
        damaged = store.with_name("layers.sqlite" + name.removeprefix(source))
        with damaged.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ bits]))
        case = f"seed {seed}: {kind}, byte {place} of {name} changed by {bits:#x}"
        assert answers(images, settings) == right, case
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert answers(images, settings) == right, case
        assert not caplog.records, f"{case}: it did not heal"

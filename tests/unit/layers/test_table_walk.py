import io
import random

import pytest

from careen.catalogers import dpkg
from careen.errors import TableError
from careen.formats.archives.inflate import open_stream
from careen.layers.dispatch import Dispatch, Wanted
from careen.layers.table_walk import LARGE_BYTES, READ_BY_TOC, walk_by_table
from careen.layers.walk import tar_entries, walk
from careen.plugins import Reader, Wants
from careen.safety.budget import Budget, Limits
from tests.support.images import File, Folder, Hardlink, Symlink
from tests.support.table_layers import PartsOf, chunked, stargz
from tests.unit.layers.helpers import status

NOISE = random.Random(6)
FILES = {
    "var": Folder(0o1777),
    "var/lib/dpkg/status": status(("bash", "5.2"), ("zlib1g", "1.2")),
    "usr/bin/tool": File(NOISE.randbytes(400_000), 0o755, 3, 4),
    "usr/bin/same": Hardlink("usr/bin/tool"),
    "usr/share/.wh.old": b"",
    "usr/share/doc/.wh..wh..opq": b"",
    "lib": Symlink("usr/lib"),
    "var/lib/dpkg/info/bash.list": b"/.\n/bin/bash\n",
}
MAKERS = {"stargz": stargz, "chunked": chunked}


USUAL = Limits()


def walked(layer, select, limits=USUAL):
    parts = PartsOf(layer)
    return walk_by_table(parts, len(layer.stored), select, Budget(limits).layer(), limits), parts


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_a_walk_of_the_stream_finds(make):
    layer = make(FILES)
    select = Dispatch([dpkg.CATALOGER]).readers
    found, parts = walked(layer, select)
    whole = walk(tar_entries(open_stream(io.BytesIO(layer.tar), Limits())), select, Budget(Limits()).layer())
    listed = [path for path in whole.table.names() if path != "stargz.index.json"]
    assert found.table.names() == listed
    assert (found.facts, found.gone, found.opaque, found.links) == (whole.facts, whole.gone, whole.opaque, whole.links)
    assert found.unknowns == (*whole.unknowns, READ_BY_TOC)
    if make is chunked:
        assert found.table == whole.table
    assert sum(stop - start for start, stop in parts.spans) < 20_000 < len(layer.stored)


class Scanner:
    ranges = ((0, 1000), (LARGE_BYTES, LARGE_BYTES + 10))

    def __init__(self):
        self.size, self.parts = 0, []

    def feed(self, chunk):
        self.parts.append(chunk)

    def skip(self, size):
        self.size += size

    def facts(self):
        yield b"".join(self.parts)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_of_a_large_file_only_the_parts_that_are_asked_for(make):
    data = NOISE.randbytes(1 << 20) * 10
    layer = make({"bin/large": data})
    reader = Wanted("x", Reader(Wants(amount="stream"), lambda file: Scanner()))
    found, parts = walked(layer, lambda path, mode: [reader])
    content = found.facts["x"][0][1]
    assert content.startswith(data[:1000])
    assert content.endswith(data[LARGE_BYTES : LARGE_BYTES + 10])
    assert sum(stop - start for start, stop in parts.spans) < len(layer.stored) * 0.9


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_content_that_a_lower_layer_has_is_not_fetched_again(make):
    data = NOISE.randbytes(300_000)
    reader = Wanted("x", Reader(Wants(amount="whole"), lambda file: [file.data]))
    lower, upper = make({"usr/wheel": data}), make({"opt/wheel": data, "opt/other": b"1"})
    first = PartsOf(lower)
    walk_by_table(first, len(lower.stored), lambda path, mode: [reader], Budget(USUAL).layer(), USUAL)
    second = PartsOf(upper, first.contents)
    found = walk_by_table(second, len(upper.stored), lambda path, mode: [reader], Budget(USUAL).layer(), USUAL)
    assert [value for _, value in found.facts["x"]] == [b"1", data]
    assert sum(stop - start for start, stop in second.spans) < 10_000


def test_a_known_content_of_another_size_is_refused():
    def edit(table):
        for row in table:
            if row["name"] == "opt/wheel":
                row["size"] = 5

    data = NOISE.randbytes(30_000)
    lower, upper = stargz({"usr/wheel": data}), stargz({"opt/wheel": data}, edit=edit)
    reader = Wanted("x", Reader(Wants(amount="whole"), lambda file: [file.data]))
    first = PartsOf(lower)
    walk_by_table(first, len(lower.stored), lambda path, mode: [reader], Budget(USUAL).layer(), USUAL)
    second = PartsOf(upper, first.contents)
    with pytest.raises(TableError, match="not what the table states"):
        walk_by_table(second, len(upper.stored), lambda path, mode: [reader], Budget(USUAL).layer(), USUAL)


def test_a_table_that_lies_about_a_chunk():
    def edit(table):
        table[1]["digest"] = table[1]["chunkDigest"] = "sha256:" + "0" * 64

    with pytest.raises(TableError, match="not what the table states"):
        walked(stargz(FILES, edit=edit), Dispatch([dpkg.CATALOGER]).readers)


def test_a_table_that_contradicts_itself():
    with pytest.raises(TableError, match="listed twice"):
        walked(stargz(FILES, edit=lambda table: table.append(dict(table[1]))), lambda path, mode: [])


def test_more_entries_than_the_bound_end_the_walk():
    layer = stargz({f"f{number}": Folder() for number in range(700)})
    found, _ = walked(layer, lambda path, mode: [], Limits(members=600))
    assert [unknown.code for unknown in found.unknowns] == ["over_budget", "read_by_toc"]

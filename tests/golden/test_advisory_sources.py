"""Golden folders of advisory sources: tests/golden/advisories/<source>/<case>/{input/,expected.json,SOURCE}.

``input`` is a little mirror of feeds; what is read from it is compared with ``expected.json``. ``--update`` rewrites it.
"""

import json

import msgspec
import pytest
from tests.support.feeds import CASES, SOURCES, feeds_in, lay_out

from careen.plugins import Need

BY_NAME = {source.name: source for source in SOURCES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_case(case, update, tmp_path):
    source = BY_NAME[case.parent.name]
    mirror = lay_out(case / "input", tmp_path)
    feeds = feeds_in(source, mirror)
    assert {mirror / feed.path for feed in feeds} == {path for path in mirror.rglob("*") if path.is_file()}
    got = {feed.path: [told(record) for record in source.parse(feed, mirror / feed.path)] for feed in feeds}
    expected = case / "expected.json"
    if update:
        expected.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n")
    assert got == json.loads(expected.read_text())
    assert (case / "SOURCE").read_text().strip(), "state where the input came from and how it was cut"


def test_every_source_has_a_case():
    assert {case.parent.name for case in CASES} == set(BY_NAME)


def test_every_source_with_a_live_address_describes_its_data():
    for source in SOURCES:
        if any(feed.url for feed in source.feeds(Need(full=True), lambda name: ())):
            assert source.form, source.name
            assert source.size, source.name


def told(record):
    return {"record": type(record).__name__, **json.loads(msgspec.json.encode(record))}

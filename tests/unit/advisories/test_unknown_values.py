"""An unknown value or type in a feed (a status, a kind, a number for a name) affects its record, and no other.

Each word of each golden file is replaced once, and the other records must be there as before. What is named below concerns
its whole file: a name that the file is known by, or the only record in it.
"""

import re

import pytest
from tests.support.feeds import CASES, SOURCES, feeds_in, lay_out, repacked

from careen.model.advisory import NamespaceInfo, PassedOver

UNKNOWN = b"zz-unknown-word"
NUMBER = b"7"
ONE_RECORD = {("ubuntu", "packages"), ("minimos", "small")}  # of several vulnerabilities
WORD = re.compile(rb"""(?<=["'>])[A-Za-z][A-Za-z _.-]{0,40}(?=["'<])""")
KEY = re.compile(rb"""["']\s*:""")
BY_NAME = {source.name: source for source in SOURCES}
WHOLE = (  # part of the reason why a file is refused
    "no channel", "it holds no", "it names no", "a definition names no erratum", "data/config.json", "not a file of facts",
)  # fmt: skip


def words(data):
    """The values, without the names of fields, which a reader looks for."""
    return [found for found in WORD.finditer(data) if not KEY.match(data, found.end())]


def replaced(data, number, by):
    """The file with one of its values unknown; in JSON also with a number instead."""
    seen = -1

    def change(inner):
        nonlocal seen
        for found in words(inner):
            seen += 1
            if seen == number:
                quotes = by == NUMBER and inner.lstrip()[:1] in (b"{", b"[")
                return inner[: found.start() - quotes] + (by if quotes else UNKNOWN) + inner[found.end() + quotes :]
        return inner

    return repacked(data, change)


def count(data):
    found = []
    repacked(data, lambda inner: found.extend(words(inner)) or inner)
    return len(found)


@pytest.mark.parametrize("by", [UNKNOWN, NUMBER])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_other_records_survive(case, by, tmp_path):
    source = BY_NAME[case.parent.name]
    mirror = lay_out(case / "input", tmp_path / "mirror")
    for feed in feeds_in(source, mirror):
        file = mirror / feed.path
        data = file.read_bytes()
        before = records_of(source, feed, file)
        for number in range(min(count(data), 200)):
            file.write_bytes(replaced(data, number, by))
            try:
                after = records_of(source, feed, file)
            except ValueError as error:
                if len(ids(before)) <= 1 or any(reason in str(error) for reason in WHOLE):
                    continue
                raise
            lost = ids(before) - ids(after)
            alone = (source.name, case.name) in ONE_RECORD or len(ids(before)) <= 1
            # (The name of a package is that of all its vulnerabilities: without it all of them are lost.)
            most = len(ids(before)) // 2 if by == UNKNOWN else len(ids(before)) - 1
            assert alone or len(lost) <= max(1, most), (feed.path, number, lost)


def records_of(source, feed, file):
    return [one for one in source.parse(feed, file) if not isinstance(one, NamespaceInfo | PassedOver)]


def ids(records):
    """The ids of vulnerabilities; of releases or repositories if a record has none."""
    return {getattr(one, "id", None) or getattr(one, "namespace", None) or one.name for one in records}

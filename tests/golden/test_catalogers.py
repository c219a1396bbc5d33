"""Golden folders of catalogers: tests/golden/catalogers/<cataloger>/<case>/{input/,expected.json,SOURCE}.

``input`` is the root of a small image; what is read from its files is compared with ``expected.json``.
``--update`` rewrites it.
"""

import json

import msgspec
import pytest
from tests.support.goldens import CASES, inputs
from tests.support.reading import Reading, read_files

import careen.catalogers
from careen.plugins import Cataloger, load

CATALOGERS = {one.name: one for one in load(careen.catalogers.__name__, "CATALOGER", Cataloger)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_case(case, update):
    got = told(read_files(CATALOGERS[case.parent.name], inputs(case)))
    expected = case / "expected.json"
    if update:
        expected.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n")
    assert got == json.loads(expected.read_text())
    assert (case / "SOURCE").read_text().strip(), "state where the input came from and how it was cut"


def told(reading: Reading) -> dict:
    packages = [{"purl": package.purl, **msgspec.to_builtins(package)} for package in reading.packages]
    owned = [
        {"name": one.name, "version": one.version, "arch": one.arch, "paths": one.paths, "digests": one.digests()}
        for one in reading.owned
    ]
    answer = {"packages": packages, "unknowns": reading.unknowns, "owned": owned, "identified": reading.identified}
    return json.loads(msgspec.json.encode({key: value for key, value in answer.items() if value or key == "packages"}))

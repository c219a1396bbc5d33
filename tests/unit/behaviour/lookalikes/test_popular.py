"""The names that ship, and how they are made."""

import json
import lzma
import runpy

import pytest
from tests.conftest import ROOT

from careen.behaviour.lookalikes.popular import FOLDER, TYPES, names_of, spelled

MAKE = runpy.run_path(str(ROOT / ".ci" / "popular_names.py"))


@pytest.mark.parametrize("type", TYPES.values())
def test_each_ecosystem_has_a_dated_list(type):
    names = names_of(type)
    assert names.as_of > "2026"
    assert len(set(names.popular)) == len(names.popular) > 900
    assert all(spelled(type, name) == name for name in names.popular)
    assert not names.established & set(names.popular)


def test_the_lists_are_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 200_000


def test_another_type_has_no_names():
    assert names_of("deb").popular == names_of("../pypi").popular == ()


def test_a_list_is_made_of_popular_names_and_of_what_a_distribution_packages():
    source = json.dumps({"downloaded_timestamp": 86_400, "packages": ["Big_One", "big-one", "second"]}).encode()
    index = "Package: python3-second\n\nPackage: python3-third\n\nPackage: python3-third-doc\n\nPackage: other\n"
    text = lzma.decompress(MAKE["derived"]("pypi", source, index, "1970-01-03")).decode().splitlines()
    assert text == [
        "# 1970-01-02 most downloaded, DataDog/guarddog (Apache-2.0)",
        *("big-one", "second"),
        "# 1970-01-03 packaged by Debian",
        "third",
    ]

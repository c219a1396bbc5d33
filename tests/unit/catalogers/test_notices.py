import json

import pytest
from tests.support.goldens import CASES, inputs
from tests.unit.layers.helpers import delta_of

from careen.catalogers import notices
from careen.layers.bind import bind
from careen.model.notices import Notice

ALL = (notices.CATALOGER,)


def noted(files):
    return [(notice.type, notice.name, notice.version, notice.text) for notice in bind([delta_of(files, 0, ALL)], ALL).notices]


def test_what_package_managers_note():
    case = next(case for case in CASES if case.parent.name == "notices")
    assert sorted(noted({path: file.data for path, file in inputs(case).items()})) == [
        ("composer", "doctrine/cache", "1.0.0", "abandoned"),
        ("composer", "swiftmailer/swiftmailer", "v6.3.0", "abandoned; symfony/mailer takes its place"),
        ("npm", "@b/c", "1.0.0", "use d"),
        ("npm", "@babel/plugin-proposal", "7.18.6", "This proposal has been merged to the ECMAScript standard"),
        ("npm", "har-validator", "5.1.3", "of an old lock file"),
        ("npm", "har-validator", "5.1.5", "this library is no longer supported"),
        ("npm", "inflight", "1.0.6", "This module is not supported, and leaks memory."),
        ("npm", "real", "3.0.0", "old"),
        ("npm", "request", "2.88.2", "request has been deprecated, see issue 3142"),
    ]


def test_a_notice_has_its_place():
    lock = json.dumps({"packages": {"node_modules/a": {"version": "1", "deprecated": "old"}}}).encode()
    layers = [delta_of({"x": b""}, 0, ALL), delta_of({"app/package-lock.json": lock}, 1, ALL)]
    assert bind(layers, ALL).notices == (Notice("npm", "a", "1", "old", "app/package-lock.json", 1),)


@pytest.mark.parametrize("letters", [10_000, 1_000_000])
def test_long_texts_are_cut(letters):
    lock = json.dumps({"packages": {"node_modules/a": {"version": "1", "deprecated": "x" * letters}}}).encode()
    assert [len(text) for *_, text in noted({"package-lock.json": lock})] == [notices.MAX_LETTERS]


def test_many_notices_are_bounded(monkeypatch):
    monkeypatch.setattr(notices, "MAX_NOTICES", 3)
    packages = {f"node_modules/a{number}": {"version": "1", "deprecated": "old"} for number in range(9)}
    assert len(noted({"package-lock.json": json.dumps({"packages": packages}).encode()})) == 3

"""Every repair is tried with all examples of its check: the diagnostic is gone afterwards, whatever the example."""

import pytest
from tests.support.examples import examples_of

import careen
from careen.app.kept_advisories import KeptAdvisories
from careen.editor.checker import Checker
from careen.editor.documents import Document
from careen.editor.quick_fixes import fixes_for, fixes_of
from careen.editor.repairs import repairs
from careen.plugins import Check, load

FILES = {"dockerfile": "Dockerfile", "compose": "compose.yaml", "kubernetes": "manifest.yaml"}
CHECKS = {check.id: (folder, check) for folder in FILES for check in load(f"careen.checks.{folder}", "CHECK", Check)}


@pytest.fixture(scope="module")
def checker():
    off = ",".join(id for id, (_, check) in CHECKS.items() if not check.default)
    settings = careen.make_settings(offline=True, checks_on=off)
    return Checker(settings, KeptAdvisories(settings))


def remarks(checker, document, id):
    return [remark for remark in checker.check([document])[document.uri].found if remark.code == id]


@pytest.mark.parametrize("id", sorted(repairs()))
def test_a_repair_removes_the_finding_and_no_other_way_is_offered(checker, id):
    folder, check = CHECKS[id]
    repaired = 0
    for text in examples_of(folder, check).failing:
        document = Document(f"file:///w/{FILES[folder]}", text, 1)
        for remark in remarks(checker, document, id):
            for fix in fixes_for(remark, document, checker):
                after = Document(document.uri, "\n".join(fix.lines))
                assert len(remarks(checker, after, id)) < len(remarks(checker, document, id)), fix
                repaired += fix.preferred
    assert repaired, "no example of the check is repaired"


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_every_finding_on_a_line_can_be_ignored_there(checker, id):
    folder, check = CHECKS[id]
    for text in examples_of(folder, check).failing[:1]:
        document = Document(f"file:///w/{FILES[folder]}", text, 1)
        for remark in remarks(checker, document, id)[:1]:
            for fix in fixes_for(remark, document, checker):
                after = checker.check([Document(document.uri, "\n".join(fix.lines))])[document.uri]
                assert remark not in after.found
                if not fix.preferred:
                    assert any(suppressed == id for suppressed, _ in after.suppressed)


def test_an_edit_that_removes_several_is_listed_once(checker):
    document = Document("file:///w/Dockerfile", "FROM debian:12\nRUN apt-get install --force-yes nginx\n")
    found = checker.check([document])[document.uri].found
    fixes = fixes_of(found, document, checker)
    assert len({fix.lines for fix in fixes}) == len(fixes)


def test_an_edit_that_would_not_help_is_not_offered(checker, monkeypatch):
    document = Document("file:///w/Dockerfile", "FROM debian:12\nADD a b\n")
    (remark,) = remarks(checker, document, "DKR-011")
    monkeypatch.setattr(
        "careen.editor.quick_fixes.repairs", lambda: {"DKR-011": lambda rows, at: iter([[*rows, "ADD c d"], ["garbage("]])}
    )
    assert [fix.title for fix in fixes_for(remark, document, checker)] == ["Ignore DKR-011 here"]


def test_the_comment_stands_above_the_whole_instruction(checker):
    document = Document("file:///w/Dockerfile", "FROM debian:12\nRUN true && \\\n    # hello\n    apt-get install nginx\n")
    (remark,) = remarks(checker, document, "DKR-055")
    fix = next(fix for fix in fixes_for(remark, document, checker) if not fix.preferred)
    assert fix.lines[1].startswith("# careen:ignore DKR-055 ")


def test_a_title_shows_the_new_line(checker):
    document = Document("file:///w/Dockerfile", "FROM debian:12\nADD a b\n")
    (remark,) = remarks(checker, document, "DKR-011")
    assert next(fixes_for(remark, document, checker)).title == "Write COPY a b"

"""Rules for every check, present and future: its id, its words, its examples, and how it bears strange documents."""

import importlib
import pkgutil
import random
import re
import zlib
from functools import cache
from pathlib import Path

import pytest
from tests.conftest import PLUGINS
from tests.contract.documents import PREFIXES, document_of
from tests.support.examples import examples_of, read_examples

import careen.checks
from careen.checks.kinds import KINDS
from careen.plugins import Check, Place, load, values_of

SENTENCE_ENDS = re.compile(r"[.!?](?= [A-Z]|$)")
CURES = ("use_", "set_", "remove_", "avoid_", "do_not_", "no_more_", "ensure_", "must_", "should_", "prefer_")
REFERENCE = re.compile(
    r"CWE-\d+|CVE-\d{4}-\d+|KEP-\d+|CIS (?:Docker|Kubernetes) [\d., ]+|PSS (?:baseline|restricted)(?:: .+)?|https://\S+"
    r"|NSA hardening guide|OWASP .+|RFC \d+.*|NIST .+|[A-Z].+"
)


FOLDERS = sorted(info.name for info in pkgutil.iter_modules(careen.checks.__path__) if info.ispkg)


def _modules():
    for folder in FOLDERS:
        package = importlib.import_module(f"careen.checks.{folder}")
        for name in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
            yield pytest.param(name, importlib.import_module(f"{package.__name__}.{name}"), id=f"{folder}/{name}")


CHECKS = [(folder, check) for folder in FOLDERS for check in load(f"careen.checks.{folder}", "CHECK", Check)]
each = pytest.mark.parametrize(("folder", "check"), [pytest.param(*one, id=one[1].id) for one in CHECKS])


@cache
def _read(folder, text):
    return document_of(folder, text)


def test_every_folder_belongs_to_a_kind():
    assert set(FOLDERS) == set(PREFIXES)
    assert len(set(PREFIXES.values())) == len(PREFIXES)


def test_ids_are_unique():
    ids = [check.id for _, check in CHECKS]
    assert sorted(set(ids)) == sorted(ids)


def test_titles_are_unique():
    titles = [(folder, check.title) for folder, check in CHECKS]
    assert sorted(set(titles)) == sorted(titles)


@each
def test_id_has_the_prefix_of_its_folder(folder, check):
    prefix, _, number = check.id.partition("-")
    assert re.fullmatch(r"\d{3}", number)
    assert prefix == PREFIXES[folder] or (PLUGINS and prefix not in PREFIXES.values())


@each
def test_a_kind_that_is_named_is_that_of_the_folder(folder, check):
    assert not check.kind or folder in next(kind for kind in KINDS if kind.name == check.kind).folders


@pytest.mark.parametrize(("name", "module"), list(_modules()))
def test_a_module_has_checks_and_is_named_after_the_misconfiguration(name, module):
    assert module.__doc__
    assert not name.startswith(CURES)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert hasattr(module, "CHECK") != hasattr(module, "CHECKS"), "one check, or a family of them"
    assert values_of(module, "CHECK", Check)
    assert not hasattr(module, "CHECKS") or len(module.CHECKS) > 1


@each
def test_words(folder, check):
    assert check.title
    assert not check.title.endswith(".")
    assert len(check.title) <= 60
    assert not re.match(r"(Ensure|Use|Avoid|Do not|Don't|Should|Must|Set|Add|Remove|Prefer)\b", check.title)
    assert check.why.endswith((".", "!", "?"))
    assert check.fix.endswith((".", "…"))
    assert max(len(SENTENCE_ENDS.findall(text)) for text in (check.why, check.fix)) <= 2
    assert check.references
    for reference in check.references:
        assert REFERENCE.fullmatch(reference), reference


@each
def test_severity_is_honest(folder, check):
    assert check.severity in ("critical", "high", "medium", "low", "negligible")
    if check.severity in ("critical", "high"):
        assert any(reference.startswith(("CWE-", "CVE-")) for reference in check.references), "what weakness is it?"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_examples_has_a_check(folder):
    assert read_examples(folder).keys() <= {check.id for its, check in CHECKS if its == folder}


@each
def test_failing_examples_give_places_with_a_line(folder, check):
    assert examples_of(folder, check).failing
    for text in examples_of(folder, check).failing:
        places = list(check.inspect(_read(folder, text)))
        assert places, text
        for place in places:
            assert isinstance(place, Place)
            assert place.message
            assert "\n" not in place.message
            if folder not in ("image", "integrity", "running"):
                assert place.line is not None
                assert 1 <= place.line <= text.count("\n") + 1, (place, text)


@each
def test_passing_examples_give_no_finding(folder, check):
    assert examples_of(folder, check).passing
    for text in examples_of(folder, check).passing:
        assert list(check.inspect(_read(folder, text))) == [], text


@each
def test_the_same_document_gives_the_same_places(folder, check):
    text = examples_of(folder, check).failing[0]
    first = list(check.inspect(document_of(folder, text)))
    assert first == list(check.inspect(document_of(folder, text)))


@pytest.mark.parametrize("folder", FOLDERS)
def test_checks_bear_documents_that_are_cut_or_stirred(folder):
    """Values of other types than expected are the daily bread of a reader of other people's files."""
    checks = [check for its, check in CHECKS if its == folder]
    examples = [text for check in checks for text in examples_of(folder, check).failing]
    chance = random.Random(zlib.crc32(folder.encode()))
    for _ in range(60):
        lines = chance.choice(examples).splitlines(keepends=True)
        for _ in range(chance.randint(1, 3)):
            index = chance.randrange(len(lines))
            head, colon, _ = lines[index].partition(":")
            lines[index] = chance.choice(
                (
                    "",
                    head + colon + chance.choice((" 1", " [x]", " {a: b}", " null", " x", " true", " [[]]", " [{}]")) + "\n",
                    lines[0],
                )
            )
        try:
            document = document_of(folder, "".join(lines))
        except ValueError:
            continue
        for check in checks:
            for place in check.inspect(document):
                assert isinstance(place, Place), check.id


def test_ids_of_this_project_in_the_acceptance_map_exist():
    import json

    known = {check.id for _, check in CHECKS}
    for path in (Path(__file__).parents[1] / "acceptance").glob("misconfig*_map.json"):
        for peer, ids in json.loads(path.read_text("utf-8")).items():
            ours = {id for id in ids if id.partition("-")[0] in PREFIXES.values()}
            assert ours <= known, peer

"""Rules for every check, present and future: its id, its words, its examples, and how it bears strange documents."""

import importlib
import inspect
import pkgutil
import random
import re
import zlib
from functools import cache
from pathlib import Path

import pytest
from tests.contract.documents import READERS

import careen.checks
from careen.plugins import Check, Place

# Folder of careen.checks: the prefix of its ids. A number that was given is never given again.
PREFIXES = {"dockerfile": "DKR", "kubernetes": "K8S", "rbac": "RBC", "network": "NWP", "compose": "CMP", "image": "IMG",
            "running": "RTM"}  # fmt: skip
CURES = ("use_", "set_", "remove_", "avoid_", "do_not_", "no_more_", "ensure_", "must_", "should_", "prefer_")
REFERENCE = re.compile(
    r"CWE-\d+|CVE-\d{4}-\d+|KEP-\d+|CIS (?:Docker|Kubernetes) [\d., ]+|PSS (?:baseline|restricted)(?:: .+)?|https://\S+"
    r"|NSA hardening guide|OWASP .+|RFC \d+.*|NIST .+|[A-Z].+"
)


def _checks():
    for folder in sorted(info.name for info in pkgutil.iter_modules(careen.checks.__path__) if info.ispkg):
        package = importlib.import_module(f"careen.checks.{folder}")
        for name in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
            module = importlib.import_module(f"careen.checks.{folder}.{name}")
            if isinstance(getattr(module, "CHECK", None), Check):
                yield pytest.param(folder, name, module, id=f"{folder}/{name}")


CHECKS = list(_checks())
each = pytest.mark.parametrize(("folder", "name", "module"), CHECKS)


@cache
def _read(folder, text):
    return READERS[folder](text)


def test_every_folder_has_a_prefix_and_a_reader():
    folders = {param.values[0] for param in CHECKS}
    assert folders <= set(PREFIXES)
    assert folders <= set(READERS)


def test_ids_are_unique():
    ids = [param.values[2].CHECK.id for param in CHECKS]
    assert sorted(set(ids)) == sorted(ids)


def test_titles_are_unique():
    titles = [(param.values[0], param.values[2].CHECK.title) for param in CHECKS]
    assert sorted(set(titles)) == sorted(titles)


@each
def test_id_has_the_prefix_of_its_folder(folder, name, module):
    assert re.fullmatch(PREFIXES[folder] + r"-\d{3}", module.CHECK.id)


@each
def test_a_module_has_one_check_named_after_the_fault(folder, name, module):
    assert module.__doc__
    assert not name.startswith(CURES)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert sum(isinstance(value, Check) for value in vars(module).values()) == 1
    assert module.CHECK.inspect is module.inspect or inspect.getmodule(module.CHECK.inspect) is not None


@each
def test_words(folder, name, module):
    check = module.CHECK
    assert check.title
    assert not check.title.endswith(".")
    assert len(check.title) <= 100
    assert not re.match(r"(Ensure|Use|Avoid|Do not|Don't|Should|Must|Set|Add|Remove|Prefer)\b", check.title)
    assert check.why.endswith((".", "!", "?"))
    assert check.fix.endswith((".", "…"))
    assert check.references
    for reference in check.references:
        assert REFERENCE.fullmatch(reference), reference


@each
def test_severity_is_honest(folder, name, module):
    check = module.CHECK
    assert check.severity in ("critical", "high", "medium", "low", "negligible")
    if check.severity in ("critical", "high"):
        assert any(reference.startswith(("CWE-", "CVE-")) for reference in check.references), "what weakness is it?"


@each
def test_bad_examples_give_places_with_a_line(folder, name, module):
    assert module.CHECK.bad
    for text in module.CHECK.bad:
        places = list(module.CHECK.inspect(_read(folder, text)))
        assert places, text
        for place in places:
            assert isinstance(place, Place)
            assert place.message
            assert "\n" not in place.message
            if folder not in ("image", "running"):
                assert place.line is not None
                assert 1 <= place.line <= text.count("\n") + 1, (place, text)


@each
def test_good_examples_give_none(folder, name, module):
    assert module.CHECK.good
    for text in module.CHECK.good:
        assert list(module.CHECK.inspect(_read(folder, text))) == [], text


@each
def test_the_same_document_gives_the_same_places(folder, name, module):
    text = module.CHECK.bad[0]
    first = list(module.CHECK.inspect(READERS[folder](text)))
    assert first == list(module.CHECK.inspect(READERS[folder](text)))


@pytest.mark.parametrize("folder", sorted(set(READERS) & {param.values[0] for param in CHECKS}))
def test_checks_bear_documents_that_are_cut_or_stirred(folder):
    """Values of other types than expected are the daily bread of a reader of other people's files."""
    checks = [param.values[2].CHECK for param in CHECKS if param.values[0] == folder]
    examples = [text for check in checks for text in check.bad]
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
            document = READERS[folder]("".join(lines))
        except ValueError:
            continue
        for check in checks:
            for place in check.inspect(document):
                assert isinstance(place, Place), check.id


def test_ids_of_this_project_in_the_acceptance_map_exist():
    import json

    known = {param.values[2].CHECK.id for param in CHECKS}
    for path in (Path(__file__).parents[1] / "acceptance").glob("misconfig*_map.json"):
        for peer, ids in json.loads(path.read_text("utf-8")).items():
            ours = {
                id for id in ids if id.partition("-")[0] in {PREFIXES[folder] for folder in ("kubernetes", "rbac", "network")}
            }
            assert ours <= known, peer

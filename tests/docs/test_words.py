"""The words that the glossary retires are gone from docs, docstrings, comments, messages, names and file names."""

import re
from pathlib import Path

import pytest
from tests.conftest import ROOT

PLACES = ("src", "tests", "docs", "scaffolds", "benchmarks", "changelog.d", ".ci", ".github")
KINDS = {".py", ".md", ".toml", ".yml", ".yaml", ".rego"}
STEMS = "judg", "unmend"
WORDS = (
    "mend", "mends", "mended", "mending", "flaw", "flaws", "told", "untold", "said", "lessons", "learnt", "second_hand",
    "opinion", "opinions", "could be had", "to be had", "nobody knows", "nobody has", "nobody said", "nobody asked",
    "nobody rated", "nobody scored",
)  # fmt: skip
# A quoted text may stand in the named file or folder, for the reason.
ALLOWED = {
    ("src/careen/database", '"told2"'): "a suffix of files in the cache",
    ("tests/unit/database", '".told2"'): "the same",
    ("tests/unit/app", '"archive/abc.told2"'): "the same",
    ("src/careen/exposure", '"flaw"'): "a key, and a kind of step, of docs/schema/exposure-1.json",
}
# Folders and pages that are still in older words: remove a line when its place is done, and this tuple in the end.
PENDING = (
    "src/careen/app", "src/careen/check.py", "src/careen/scan.py", "src/careen/config.py",
    "src/careen/errors.py", "tests/unit/app", "tests/unit/test_check.py",
    "src/careen/catalogers", "tests/unit/catalogers", "docs/reference/catalogers.md",
    "src/careen/checks", "tests/unit/checks", "docs/reference/checks-dockerfile.md", "docs/checking.md",
    "src/careen/cli", "tests/unit/cli", "docs/reference/commands.md", "docs/reference/formats.md",
    "docs/reference/settings.md",
    "src/careen/exposure", "tests/unit/exposure", "docs/exposure.md",
    "src/careen/formats/archives", "src/careen/formats/binaries", "src/careen/formats/data", "src/careen/formats/dockerfile",
    "src/careen/formats/images", "src/careen/formats/kubernetes", "src/careen/formats/packages", "src/careen/formats/sboms",
    "src/careen/formats/services", "src/careen/formats/shell",
    "tests/unit/formats/archives", "tests/unit/formats/data", "tests/unit/formats/dockerfile",
    "tests/unit/formats/kubernetes", "tests/unit/formats/packages", "tests/unit/formats/sboms",
    "tests/unit/formats/services", "tests/unit/formats/shell",
    "src/careen/images", "src/careen/layers", "tests/unit/images", "tests/unit/layers", "docs/inventory.md",
    "docs/scanning.md",
    "src/careen/matching", "src/careen/model", "src/careen/versions", "tests/unit/matching", "tests/unit/versions",
    "docs/coverage.md", "docs/explaining.md", "docs/fixing.md", "docs/matching.md", "docs/risk.md",
    "src/careen/policy", "src/careen/predict", "tests/unit/policy", "tests/unit/predict", "docs/gates.md", "docs/vex.md",
    "docs/pipelines.md",
    "src/careen/registries", "src/careen/net", "src/careen/safety", "src/careen/output", "tests/unit/registries",
    "tests/unit/net", "tests/unit/output", "docs/registry.md",
    "src/careen/reports", "src/careen/sboms", "src/careen/secrets", "tests/unit/reports", "tests/unit/sboms",
    "tests/unit/secrets", "docs/secrets.md",
    "tests/docs/test_rulefiles.py",
    "tests/acceptance/scan_ops.py", "tests/acceptance/test_fix.py", "tests/e2e", "tests/property/test_never_green.py",
    "tests/support/exposure.py", "tests/support/faults.py", "tests/support/reports.py", "benchmarks/archive/run.py",
)  # fmt: skip
GLOSSARY, OWN = "docs/glossary.md", "tests/docs/test_words.py"  # whose last table, and whose list, have these words


def _pattern() -> re.Pattern[str]:
    """A word by itself, as part of ``snake_case``, or of ``CamelCase``; a stem with any ending."""
    ended = rf"(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})(?![a-z])"
    camel = rf"(?:{'|'.join(word.capitalize() for word in WORDS)})(?![a-z])"
    stems, inner = "|".join(STEMS), "|".join(stem.capitalize() for stem in STEMS)
    alone = rf"(?i:(?<![a-z])(?:{ended}|{stems})|(?<!software )bills? of materials)"
    return re.compile(rf"{alone}|(?<=[a-z])(?:{camel}|{inner})")


RETIRED = _pattern()


def _files() -> list[Path]:
    below = [path for place in PLACES for path in (ROOT / place).rglob("*") if path.suffix in KINDS]
    kept = [path for path in below if not {"golden", "vendor", "__pycache__"} & set(path.relative_to(ROOT).parts)]
    return sorted([*kept, *(path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md")])


def _is_in(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}/")


def _left(name: str, text: str) -> list[str]:
    """The lines with a retired word, without the texts that are allowed in the file."""
    text = text.partition("\n## Words that are not used")[0] if name == GLOSSARY else text
    for place, quoted in ALLOWED:
        text = text.replace(quoted, "") if _is_in(name, place) else text
    return [line.strip() for line in text.splitlines() if RETIRED.search(line)]


NAMES = [path.relative_to(ROOT).as_posix() for path in _files()]
FILES = [name for name in NAMES if name != OWN and not any(_is_in(name, place) for place in PENDING)]


@pytest.mark.parametrize("folder", sorted({name.rpartition("/")[0] for name in FILES}))
def test_no_retired_word_is_left(folder):
    names = [name for name in FILES if name.rpartition("/")[0] == folder]
    assert [name for name in names if RETIRED.search(name)] == []
    assert {name: left for name in names if (left := _left(name, (ROOT / name).read_text("utf-8")))} == {}


def test_every_exception_is_needed():
    texts = {name: (ROOT / name).read_text("utf-8") for name in NAMES}
    dead = [one for one in ALLOWED if not any(one[1] in text for name, text in texts.items() if _is_in(name, one[0]))]
    assert dead == []


@pytest.mark.parametrize(
    "text", ["a flaw", "ImageFlaws", "CheckJudge", "_told", "MENDED", "judges", "it is to be had", "bill of materials"]
)
def test_a_retired_word_is_found(text):
    assert _left("any.md", text) == [text]


@pytest.mark.parametrize("text", ["recommend", "amended", "software bill of materials", "toldja", "commendable"])
def test_other_words_are_not(text):
    assert _left("any.md", text) == []

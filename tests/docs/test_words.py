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
    ("src/careen/exposure", '"flaw"'): "a key of docs/schema/exposure-1.json",
    ("docs/schema/exposure-1.json", '"flaw"'): "a key of it",
    ("docs/exposure.md", "`factors.flaw`"): "a key of docs/schema/exposure-1.json",
    ("src/careen/matching", "not_judged"): "an outcome of careen.explanation/1",
    ("src/careen/cli/explain.py", "not_judged"): "an outcome of careen.explanation/1",
    ("docs/explaining.md", "not_judged"): "an outcome of careen.explanation/1",
    ("tests/unit/matching/test_explain.py", "not_judged"): "an outcome of careen.explanation/1",
    ("src/careen/matching/explain.py", '"judged_as"'): "a key of careen.explanation/1",
    ("src/careen/matching/explain.py", '"judgements"'): "a key of careen.explanation/1",
    ("tests/e2e/test_decisions.py", '"judgements"'): "a key of careen.explanation/1",
    ("src/careen/matching/causes.py", "do not judge"): "in the message of IMG-027, of which its fingerprint is made",
    ("tests/unit/matching/test_subjects.py", "do not judge"): "in the message of IMG-027",
    ("tests/unit/app/test_caching.py", ".told2"): "a file name in existing caches",
    ("src/careen/database", '"told2"'): "a suffix of files in existing caches",
    ("tests/unit/database", '".told2"'): "a file name in existing caches",
}
LOOP_ONE = re.compile(r"\bfor one(?:,| in\b)|, one in \b|\blambda one\b")
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
    below += (ROOT / "docs/schema").glob("*.json")
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
FILES = [name for name in NAMES if name != OWN]


@pytest.mark.parametrize("folder", sorted({name.rpartition("/")[0] for name in FILES}))
def test_no_retired_word_is_left(folder):
    names = [name for name in FILES if name.rpartition("/")[0] == folder]
    assert [name for name in names if RETIRED.search(name)] == []
    assert {name: left for name in names if (left := _left(name, (ROOT / name).read_text("utf-8")))} == {}


def test_a_loop_variable_is_a_noun():
    names = [name for name in NAMES if name.startswith("src/")]
    texts = {name: (ROOT / name).read_text("utf-8") for name in names if name.endswith(".py")}
    assert [name for name, text in texts.items() if LOOP_ONE.search(text)] == []


def test_the_glossary_lists_every_word():
    listed = {word.lower() for word in RETIRED.findall((ROOT / GLOSSARY).read_text("utf-8").rpartition("\n## ")[2])}
    assert [word for word in (*WORDS, *STEMS) if not any(word.startswith(begin) for begin in listed)] == []


def test_every_exception_is_needed():
    texts = {name: (ROOT / name).read_text("utf-8") for name in NAMES}
    dead = [
        (place, quoted)
        for place, quoted in ALLOWED
        if not any(quoted in text for name, text in texts.items() if _is_in(name, place))
    ]
    assert dead == []


@pytest.mark.parametrize(
    "text", ["a flaw", "ImageFlaws", "CheckJudge", "_told", "MENDED", "judges", "it is to be had", "bill of materials"]
)
def test_a_retired_word_is_found(text):
    assert _left("any.md", text) == [text]


@pytest.mark.parametrize("text", ["recommend", "amended", "software bill of materials", "toldja", "commendable"])
def test_other_words_are_not(text):
    assert _left("any.md", text) == []

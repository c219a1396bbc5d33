"""Every example of every check, and broken copies of them, make a graph without an accident."""

import random

import pytest
from tests.support.examples import read_examples
from tests.support.exposure import exposure

from careen.exposure import document

FOLDERS = ("compose", "kubernetes", "network", "rbac")
WORDS = ("[]", "{}", "null", "3", "-1", "true", '""', "[{}]", "[[x]]", "{a: b}", "0.5", "~", "host", "service:x", "/")


def examples(folder):
    return [text for one in read_examples(folder).values() for text in (*one.passing, *one.failing)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_example_makes_a_graph(folder):
    texts = examples(folder)
    assert len(texts) > 50
    for text in texts:
        document.document(exposure(text))


@pytest.mark.parametrize("folder", FOLDERS)
def test_broken_values_cause_no_exception(folder):
    chance = random.Random(folder)
    texts = examples(folder)
    for _ in range(400):
        lines = chance.choice(texts).splitlines()
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(lines))
            key, colon, _ = lines[at].partition(":")
            lines[at] = f"{key}{colon} {chance.choice(WORDS)}" if colon else lines[at]
        document.document(exposure("\n".join(lines) + "\n"))

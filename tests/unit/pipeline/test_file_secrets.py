"""Secrets in source files, beside what checks find in the same lines."""

import pytest
from msgspec.structs import replace
from tests.support.reports import ROOT_USER
from tests.support.secrets import filled

from careen.checks.kind import SourceFile
from careen.checks.run import Ignore, Outcome
from careen.model.finding import Location, Suppressed, SuppressedBy
from careen.pipeline.file_secrets import with_secrets
from careen.pipeline.files import CheckedFiles

TOKEN = filled("ghp_{alnum36}")
PASSWORD = filled("{alnum20}")


def found(text, path="Dockerfile", ignores=(), outcome=None):
    checked = CheckedFiles(outcome or Outcome(), (), 1, ignores=tuple(ignores))
    return with_secrets(checked, [SourceFile(path, text)])


def dockerfile(line):
    return f"FROM debian:12\n{line}\n"


def test_a_secret_in_a_file_of_a_kind_that_is_checked():
    (secret,) = found(dockerfile(f"ENV A={TOKEN}")).secrets
    assert (secret.location.path, secret.location.line) == ("Dockerfile", 2)
    assert TOKEN not in secret.match
    assert found(f"A={TOKEN}", "notes.txt").secrets == ()


def test_a_value_in_two_lines_is_one_finding_that_needs_two_comments():
    text = dockerfile(f"ENV A={TOKEN}\nENV B={TOKEN}")
    (secret,) = found(text).secrets
    assert (secret.location.line, [place.location.line for place in secret.places]) == (2, [3])
    first, second = (Ignore(frozenset((secret.id,)), f"Dockerfile:{line}", line, line, "") for line in (2, 3))
    assert found(text, ignores=[first]).secrets == (secret,)
    assert found(text, ignores=[first, second]).secrets == ()


def test_a_comment_suppresses_it():
    (secret,) = found(dockerfile(f"ENV A={TOKEN}")).secrets
    comment = Ignore(frozenset((secret.id,)), "Dockerfile:1", 2, 2, "a test token")
    checked = found(dockerfile(f"ENV A={TOKEN}"), ignores=[comment])
    assert checked.secrets == ()
    (suppressed,) = checked.outcome.suppressed
    assert suppressed.by == SuppressedBy("comment", "Dockerfile:1", "a test token")
    elsewhere = replace(comment, first=1, last=1)
    assert len(found(dockerfile(f"ENV A={TOKEN}"), ignores=[elsewhere]).secrets) == 1


def credential(line, end_line=None, references=("CWE-798",)):
    return replace(ROOT_USER, location=Location("Dockerfile", line, end_line or line), references=references)


@pytest.mark.parametrize(
    ("finding", "count"),
    [
        (credential(2), 0),
        (credential(3), 1),
        (credential(2, 3), 1),
        (credential(2, references=("CWE-250",)), 1),
    ],
)
def test_a_secret_by_its_name_alone_is_left_to_the_check_of_its_line(finding, count):
    text = dockerfile(f"ENV DB_PASSWORD={PASSWORD}")
    assert len(found(text).secrets) == 1
    assert len(found(text, outcome=Outcome((finding,))).secrets) == count
    suppressed = Suppressed(finding, SuppressedBy("comment", "Dockerfile:1", ""))
    assert len(found(text, outcome=Outcome(suppressed=(suppressed,))).secrets) == count


def test_a_secret_of_a_known_form_is_reported_beside_the_check():
    assert len(found(dockerfile(f"ENV A={TOKEN}"), outcome=Outcome((credential(2),))).secrets) == 1

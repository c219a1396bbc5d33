"""Secrets and misconfigurations by file."""

from msgspec.structs import replace
from tests.support.reports import ROOT_USER, TOKEN, faulty

from careen.model.finding import Location, SecretPlace
from careen.plugins import ReportOptions
from careen.reports.table.files import file_lines

REPORT = faulty()


def files(*findings, width=0, **options):
    lines = file_lines(replace(REPORT, findings=findings), ReportOptions(width=width, **options))
    return ["".join(text for text, _ in line) for line in lines]


def test_findings_by_file_and_line():
    late = replace(ROOT_USER, id="DKR-9", location=Location("build/Dockerfile", 12))
    none = replace(ROOT_USER, id="DKR-002", severity="low", location=Location("build/Dockerfile"))
    assert files(late, ROOT_USER, none, TOKEN) == [
        "app/settings.py",
        "      3  critical    example-token  Token of a service: tok_…(redacted) (deleted by a later layer) (layer 1)",
        "",
        "build/Dockerfile",
        "         low         DKR-002        Container runs as root: USER root",
        "      7  high        DKR-001        Container runs as root: USER root",
        "     12  high        DKR-9          Container runs as root: USER root",
        "",
    ]


def test_the_worst_first_on_one_line():
    low = replace(ROOT_USER, id="AAA-1", severity="low")
    assert [line.split()[1] for line in files(low, ROOT_USER)[1:3]] == ["high", "low"]


def test_a_title_that_repeats_the_message_is_shown_once():
    assert files(replace(ROOT_USER, message=ROOT_USER.title))[1].count("Container runs as root") == 1


def test_long_texts_are_broken_below_their_column():
    first, second = files(replace(ROOT_USER, message="word " * 10), width=80)[1:3]
    assert first.startswith("      7  high        DKR-001  Container")
    assert second.startswith(" " * 30 + "word")


def test_on_a_narrow_terminal_a_long_id_has_its_own_line():
    long = replace(TOKEN, id="a-token-with-a-name-of-its-own", deleted=False, layer=None)
    assert [line.rstrip() for line in files(long, width=80)[1:3]] == [
        "      3  critical    a-token-with-a-name-of-its-own",
        " " * 47 + "Token of a service:",
    ]
    assert "its-own  Token of a service" in files(long, width=120)[1]
    assert "its-own  Token of a service" in files(long)[1]


def test_verbose_shows_why_and_how_to_fix():
    assert files(ROOT_USER, verbose=True)[2].strip().startswith("Root in the container is root on the host once it gets out.")
    assert len(files(ROOT_USER)) == 3


def test_other_severities_are_counted():
    assert files(ROOT_USER, TOKEN, severities=frozenset(("critical",)))[-2] == "1 finding of other severities not listed"
    assert files() == []


def test_possible_secrets_are_folded():
    possible = replace(TOKEN, confidence="possible", deleted=False, layer=None)
    assert files(possible) == ["1 possible secret in 1 file (--all lists them, no gate counts them)", ""]
    assert files(possible, verbose=True)[1].endswith("Token of a service: tok_…(redacted) (possible)")


def test_more_places_of_a_secret():
    places = tuple(SecretPlace(Location(f"app/{name}.env", 3), "f") for name in "abcde")
    text = "Token of a service: tok_…(redacted) (also in {})"
    alone = replace(TOKEN, deleted=False, layer=None)
    assert files(replace(alone, places=places[:1]))[1].endswith(text.format("app/a.env:3"))
    assert files(replace(alone, places=places))[1].endswith(text.format("app/a.env:3, app/b.env:3, app/c.env:3 and 2 more"))

from msgspec.structs import replace
from tests.support.reports import clean

from careen.cli.suggest import suggest
from careen.formats.data.yaml_document import read
from careen.model.report import Coverage, Reason
from careen.policy.ignores_careen import accepts


def test_entries_that_an_ignore_file_accepts(capsys):
    reasons = (
        Reason("unidentified_files", "two\nprograms", subjects=('/opt/"a": #b', "/opt/b")),
        Reason("end_of_life", "over"),
    )
    suggest([replace(clean(), coverage=Coverage("partially_assessed", reasons, 1, 0))])
    text = capsys.readouterr().out
    assert "  # two\\nprograms\n" in text
    found = accepts(read(text)[0], "f")
    assert [(entry.code, entry.what) for entry in found] == [
        ("unidentified_files", '/opt/"a": #b'),
        ("unidentified_files", "/opt/b"),
        ("end_of_life", ""),
    ]


def test_nothing_to_accept(capsys):
    suggest([clean()])
    assert capsys.readouterr().out == "# there is nothing to accept\n"

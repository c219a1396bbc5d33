from pathlib import Path

import pytest

from careen.cli.output_plan import Output, plan_outputs
from careen.config import Settings
from careen.errors import UsageError
from careen.plugins import Reporter

REPORTERS = {name: Reporter(name, "application/json", lambda *_: None) for name in ("table", "json", "sarif")}


def plan(tmp_path, *formats, output=None, **options):
    settings = Settings(cache_dir=tmp_path, format=formats or ("table",), output=output)
    return [(one.reporter.name, one.path, one.folder) for one in plan_outputs(settings, REPORTERS, **options)]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_standard_output_and_files(tmp_path):
    assert plan(tmp_path) == [("table", None, None)]
    assert plan(tmp_path, "JSON") == [("json", None, None)]
    assert plan(tmp_path, "table", "json=a.json") == [("table", None, None), ("json", Path("a.json"), None)]
    assert plan(tmp_path, "json=-") == [("json", None, None)]


def test_output_is_for_the_format_without_a_file(tmp_path):
    assert plan(tmp_path, "table=t.txt", "json", output=Path("o")) == [
        ("table", Path("t.txt"), None),
        ("json", Path("o"), None),
    ]
    assert plan(tmp_path, "json", output=Path("-")) == [("json", None, None)]


def test_a_table_in_a_file_that_is_named_after_a_format_is_a_warning(tmp_path, caplog):
    plan(tmp_path, "json", output=tmp_path / "report.json")
    plan(tmp_path, "table", output=tmp_path / "report.txt")
    assert caplog.text == ""
    plan(tmp_path, "table", output=tmp_path / "report.JSON")
    assert "report.JSON gets the table: --format json writes json there" in caplog.text


def test_a_folder_is_made_and_has_files_for_formats_without_one(tmp_path):
    folder = tmp_path / "new" / "reports"
    assert plan(tmp_path, "json", "sarif=s.json", folder=folder, several=False) == [
        ("json", None, folder),
        ("sarif", Path("s.json"), None),
    ]
    assert folder.is_dir()


def test_a_device_takes_any_number_of_reports(tmp_path):
    null = Path("/dev/null")
    assert plan(tmp_path, "json=/dev/null", "table=/dev/null") == [("json", null, None), ("table", null, None)]
    assert plan(tmp_path, "json=/dev/null", several=True) == [("json", null, None)]


@pytest.mark.parametrize(
    ("formats", "options", "message"),
    [
        (("jsn",), {}, "unknown format 'jsn'"),
        (("json=",), {}, "--format json= names no file"),
        (("json", "table"), {}, "json and table cannot both go to standard output"),
        (("json", "table"), {"output": Path("o")}, "json and table cannot both go to the same file"),
        (("json=a",), {"output": Path("o")}, "--output has nothing to write"),
        (("json=a", "table=./a"), {}, "two formats cannot both go to"),
        (("json=a", "table"), {"output": Path("a")}, "two formats cannot both go to"),
        (("json=none/a",), {}, "no folder 'none'"),
        (("json=.",), {}, "'.' is a folder"),
        (("json=a",), {"several": True}, "'a' has a place for one report"),
        (("json",), {"several": True, "output": Path("o")}, "'o' has a place for one report"),
        (("json",), {"folder": Path("d"), "output": Path("o")}, "--output and --output-dir exclude each other"),
        (("json",), {"folder": Path("file/d")}, "cannot be made"),
    ],
)
def test_what_cannot_be_written_is_an_error_before_any_work(tmp_path, formats, options, message):
    Path("file").write_text("")
    with pytest.raises(UsageError) as caught:
        plan(tmp_path, *formats, **options)
    assert message in str(caught.value)
    assert caught.value.hint


def test_a_link_to_the_same_file_is_the_same_file(tmp_path):
    Path("link").symlink_to(tmp_path / "a")
    with pytest.raises(UsageError, match="two formats"):
        plan(tmp_path, "json=a", "table=link")


def test_an_output_is_a_value():
    assert Output(REPORTERS["json"], None) == Output(REPORTERS["json"], None)

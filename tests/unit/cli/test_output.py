import io
import os
import sys
import threading

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.cli import output as module
from careen.cli.output import width_of, write, write_file, write_lines
from careen.cli.output_plan import Output
from careen.config import Settings
from careen.errors import InputError
from careen.model.image import Platform
from careen.plugins import Reporter

seen = []


def note(report, stream, options):
    seen.append(options)
    stream.write(f"{report.image.reference} {report.image.platform}\n")


NOTE = Reporter("note", "application/json", note)


@pytest.fixture
def settings(tmp_path):
    seen.clear()
    return Settings(cache_dir=tmp_path)


def on(platform):
    report = usual()
    return replace(report, image=replace(report.image, reference="a", platform=Platform("linux", platform)))


def test_reports_follow_each_other_on_standard_output(settings, capsys):
    write(Output(NOTE, None), [on("amd64"), on("arm64")], settings)
    write(Output(NOTE, None), [on("amd64")], settings, following=True)
    assert capsys.readouterr().out == "a linux/amd64\n\na linux/arm64\n\na linux/amd64\n"


def test_each_platform_has_a_file(settings, tmp_path):
    write(Output(NOTE, tmp_path / "r.json"), [on("amd64")], settings)
    write(Output(NOTE, tmp_path / "r.json"), [on("amd64"), on("arm64")], settings)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "r.linux-amd64.json", "r.linux-arm64.json"]


@pytest.mark.parametrize(
    ("name", "media_type", "file"),
    [("json", "application/json", "shop.json"), ("sarif", "application/sarif+json", "shop.sarif.json"),
     ("table", "text/plain", "shop.table.txt"), ("junit", "application/xml", "shop.junit.xml"),
     ("csv", "text/csv", "shop.csv"), ("markdown", "text/markdown", "shop.md"),
     ("odd", "application/octet-stream", "shop.odd")],
)  # fmt: skip
def test_a_file_in_a_folder_is_named_after_reference_and_format(settings, tmp_path, name, media_type, file):
    write(Output(Reporter(name, media_type, note), None, tmp_path), [on("amd64")], settings, "shop")
    assert [path.name for path in tmp_path.iterdir()] == [file]


def test_the_options_of_a_report(settings, monkeypatch, tmp_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    write(Output(NOTE, tmp_path / "a"), [on("amd64")], replace(settings, verbose=True, severity=("high",)))
    assert (seen[-1].verbose, seen[-1].severities, seen[-1].color, seen[-1].width) == (True, {"high"}, False, 0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    write(Output(NOTE, None), [on("amd64")], settings)
    assert seen[-1].color
    write(Output(NOTE, tmp_path / "a"), [on("amd64")], settings)
    assert not seen[-1].color
    monkeypatch.setenv("NO_COLOR", "1")
    write(Output(NOTE, None), [on("amd64")], settings)
    assert not seen[-1].color


def test_a_failing_reporter_leaves_the_file_as_it_was(tmp_path):
    file = tmp_path / "r"
    file.write_text("before")

    def fail(stream):
        stream.write("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_file(file, fail)
    assert file.read_text() == "before"
    assert os.listdir(tmp_path) == ["r"]


def test_a_folder_that_is_gone_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot write"):
        write_file(tmp_path / "gone" / "r", lambda stream: None)


def test_a_pipe_is_written_directly(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_file(pipe, lambda stream: stream.write("text"))
    reader.join(10)
    assert read == ["text"]


def test_a_full_disk_is_an_input_error(settings, monkeypatch):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    monkeypatch.setattr(module, "forget_output", lambda: None)
    with pytest.raises(InputError, match="No space left"):
        write(Output(NOTE, None), [on("amd64")], settings)


def test_widths(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert width_of(False) == 0
    monkeypatch.setenv("COLUMNS", "20")
    assert (width_of(False), width_of(True)) == (60, 60)
    monkeypatch.setenv("COLUMNS", "100")
    assert width_of(True) == 100
    write_lines(["word " * 40, "short"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "short"
    assert max(map(len, lines)) <= 100

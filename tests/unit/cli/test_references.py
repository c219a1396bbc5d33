import io
import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.cli.references import each, file_names
from careen.errors import InputError
from careen.model.image import Platform
from careen.model.report import Verdict


@pytest.fixture
def images(app):
    """Reports that bear the names that were asked for; ``broken`` ones cannot be scanned, ``codes`` are those of others."""
    app.broken, app.codes = {}, {}
    scan = app.scan

    class Session(app.Session):
        def scan(self, reference, progress=lambda *_: None):
            if reference in app.broken:
                raise app.broken[reference]
            report = scan(reference, self.settings, progress)
            code = app.codes.get(reference, 0)
            return replace(report, image=replace(report.image, reference=reference), verdict=Verdict(code == 0, code))

    app.Session = Session
    return app


def test_reports_follow_each_other(careen_command, images):
    code, out, err = careen_command("scan", "a:1", "b:1", "a:1", "--format", "json")
    assert (code, err) == (0, "")
    assert [one["target"]["reference"] for one in documents(out)] == ["a:1", "b:1"]
    table = careen_command("scan", "a:1", "b:1")[1]
    assert table.startswith("a:1\n")
    assert "\n\nb:1\n" in table


def documents(text: str) -> list[dict]:
    found = json.loads(text)
    return found if isinstance(found, list) else [found]


def test_references_stand_before_and_behind_flags(careen_command, images):
    careen_command("scan", "a", "--strict", "b", "--fail-on", "high", "c")
    assert [reference for reference, _ in images.asked] == ["a", "b", "c"]


@pytest.mark.parametrize(("codes", "worst"), [((0, 0), 0), ((0, 1), 1), ((3, 1), 3), ((1, 0), 1)])
def test_the_worst_verdict_counts(careen_command, images, codes, worst):
    images.codes = dict(zip("ab", codes, strict=True))
    assert careen_command("scan", "a", "b")[0] == worst


def test_one_that_cannot_be_scanned_leaves_the_others_be(careen_command, images):
    images.broken = {"b": InputError("b was not found", "check the name"), "c": ZeroDivisionError("no"), "d": OSError(5, "I/O")}
    images.codes = {"e": 1}
    code, out, err = careen_command("scan", *"abcde", "--format", "json")
    assert code == 3
    assert [one["target"]["reference"] for one in documents(out)] == ["a", "e"]
    assert err.splitlines() == [
        "careen: error: b was not found",
        "hint: check the name",
        "careen: error: c: unexpected ZeroDivisionError: no",
        "hint: this is a bug in careen. Please report it with the output of the same command and --debug",
        "careen: error: d: [Errno 5] I/O",
        "hint: check disk and permissions; --debug shows where it failed",
        "careen: error: 3 of 5 could not be scanned: b, c, d",
    ]


def test_a_list_names_references(careen_command, images, monkeypatch):
    Path("list").write_text("\ufeff# the shop\nshop/web:1\n\n  shop/api:2  \r\nfirst\n", "utf-8")
    careen_command("scan", "first", "--from-file", "list")
    assert [reference for reference, _ in images.asked] == ["first", "shop/web:1", "shop/api:2"]
    images.asked.clear()
    stdin = io.TextIOWrapper(io.BytesIO(b"a\nb\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    careen_command("scan", "--from-file", "-")
    assert [reference for reference, _ in images.asked] == ["a", "b"]


def test_a_folder_gets_a_file_of_each_format_and_reference(careen_command, images):
    code, out, _ = careen_command(
        *("scan", "ghcr.io/shop/web:1", "./b.tar", "--output-dir", "new/out"),
        *("--format", "json", "--format", "sarif", "--format", "table"),
    )
    assert (code, out) == (0, "")
    assert sorted(path.name for path in Path("new/out").iterdir()) == [
        "b.tar.json", "b.tar.sarif.json", "b.tar.table.txt",
        "ghcr.io_shop_web_1.json", "ghcr.io_shop_web_1.sarif.json", "ghcr.io_shop_web_1.table.txt",
    ]  # fmt: skip
    assert json.loads(Path("new/out/b.tar.json").read_text())["target"]["reference"] == "./b.tar"


def test_platforms_have_files_of_their_own_there(careen_command, images):
    images.offered = (Platform("linux", "amd64"), Platform("linux", "arm64"))
    images.report = lambda settings: replace(
        usual(), image=replace(usual().image, platform=Platform(*settings.platform.split("/")))
    )
    careen_command("scan", "a", "--all-platforms", "--format", "json", "--output-dir", "out")
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.linux-amd64.json", "a.linux-arm64.json"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["a", "b", "--output", "r.json"], "'r.json' has a place for one report"),
        (["a", "b", "--format", "json=r.json"], "'r.json' has a place for one report"),
        (["a", "--output", "r.json", "--output-dir", "out"], "--output and --output-dir exclude each other"),
        (["a", "--output-dir", "taken"], "taken cannot be made"),
        (["--from-file", "none"], "none: No such file"),
        (["--from-file", "empty"], "empty has no reference"),
        (["--from-file", "bytes"], "bytes is not text"),
        ([], "missing REFERENCE"),
    ],
)
def test_impossible_arguments_are_refused_before_the_work(careen_command, images, arguments, error):
    Path("empty").write_text("# nothing\n\n")
    Path("taken").write_text("")
    Path("bytes").write_bytes(b"\xff\xfe\x00")
    code, out, err = careen_command("scan", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"careen: error: {error}")
    assert images.asked == []


def test_standard_input_is_an_archive_or_a_list(careen_command, images):
    code, _, err = careen_command("scan", "-", "--from-file", "-")
    assert (code, "both an archive and a list" in err) == (2, False)  # the list is empty here, and - is named once
    Path("list").write_text("a\n")
    assert careen_command("scan", "-", "--from-file", "list")[0] in (0, 1)


def test_names_of_files_are_plain_and_differ():
    hostile = ["a/b:1", "a_b_1", "A_B_1", "../../etc/passwd", "..", "x" * 400, "\x1b[2J\n", "c:\\d"]
    names = file_names(hostile)
    assert len({name.lower() for name in names.values()}) == len(hostile)
    assert all(name.replace(".", "").replace("_", "").replace("-", "").isalnum() and name[0] != "." for name in names.values())
    assert max(map(len, names.values())) <= 130
    assert file_names(["nginx:latest"]) == {"nginx:latest": "nginx_latest"}


def test_an_interrupt_ends_them_all():
    def interrupt(reference):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each(("a", "b"), interrupt)

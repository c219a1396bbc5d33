import gc
import io
import json
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.reports import usual

from careen.errors import NetworkError
from careen.model.image import Platform
from careen.model.report import Verdict
from careen.plugins import Reporter


@pytest.mark.parametrize(
    ("flags", "refresh"), [((), "background"), (("--refresh", "wait"), "wait"), (("--refresh", "never"), "never")]
)
def test_by_default_feeds_are_refreshed_in_the_background(careen_command, app, flags, refresh):
    careen_command("scan", "image", *flags)
    assert app.asked[0][1].refresh == refresh


def test_the_table_goes_to_standard_output(careen_command, app):
    code, out, err = careen_command("scan", "shop:1")
    assert (code, err) == (1, "")
    assert out.startswith("registry.example/shop/service:1.4\n")
    assert app.asked[0][0] == "shop:1"


def test_flags_become_settings(careen_command, app):
    careen_command(
        *("scan", "x", "--fail-on", "high", "--severity", "high,critical", "--ignore-unfixed", "--offline", "--no-cache"),
        *("--advisories", "own", "--jobs", "3", "--timeout", "2.5", "--unknown-as", "low", "--platform", "linux/arm64"),
    )
    settings = app.asked[0][1]
    assert settings.fail_on == ("high",)
    assert settings.severity == ("high", "critical")
    assert (settings.ignore_unfixed, settings.offline, settings.no_cache, settings.strict) == (True, True, True, False)
    assert settings.advisories == Path("own")
    assert (settings.jobs, settings.timeout_s, settings.unknown_as, settings.platform) == (3, 2.5, "low", "linux/arm64")


def test_a_switch_of_the_environment_can_be_turned_off(careen_command, app, monkeypatch):
    monkeypatch.setenv("CAREEN_STRICT", "1")
    monkeypatch.setenv("CAREEN_NO_CACHE", "1")
    careen_command("scan", "x")
    careen_command("scan", "x", "--no-strict", "--cache")
    assert [(one.strict, one.no_cache) for _, one in app.asked] == [(True, True), (False, False)]


def test_several_formats_in_one_run(careen_command, app):
    code, out, _ = careen_command("scan", "x", "--format", "table", "--format", "json=r.json", "--format", "sarif=r.sarif")
    assert code == 1
    assert out.startswith("registry.example")
    assert json.loads(Path("r.json").read_text())["schema"] == "careen.report/1"
    assert json.loads(Path("r.sarif").read_text())["version"] == "2.1.0"
    assert sorted(path.name for path in Path().iterdir()) == ["r.json", "r.sarif"]


def test_output_names_the_file(careen_command, app):
    assert careen_command("scan", "x", "--format", "json", "--output", "r.json")[1] == ""
    assert json.loads(Path("r.json").read_text())["totals"]["findings"] == 9


def test_output_is_replaced_only_when_it_is_whole(careen_command, app):
    def half(report, stream, options):
        stream.write("half")
        raise OSError(28, "No space left on device")

    app.reporters = lambda: {"json": Reporter("json", "application/json", half)}
    Path("r.json").write_text("old")
    code, _, err = careen_command("scan", "x", "--format", "json", "--output", "r.json")
    assert code == 3
    assert "r.json: No space left on device" in err
    assert Path("r.json").read_text() == "old"
    assert [path.name for path in Path().iterdir()] == ["r.json"]


def test_whoever_reads_the_old_file_reads_it_to_its_end(careen_command, app):
    Path("r.json").write_text("old")
    with Path("r.json").open() as reader:
        careen_command("scan", "x", "--format", "json", "--output", "r.json")
        assert reader.read() == "old"
    assert Path("r.json").read_text().startswith("{")


def test_output_follows_a_link_and_leaves_it(careen_command, app):
    Path("real.json").write_text("old")
    Path("link.json").symlink_to("real.json")
    careen_command("scan", "x", "--format", "json=link.json")
    assert Path("link.json").is_symlink()
    assert Path("real.json").read_text().startswith("{")


def test_a_device_is_written_not_replaced(careen_command, app):
    assert careen_command("scan", "x", "--output", "/dev/null")[0] == 1
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--format", "jsn"], "unknown format 'jsn'"),
        (["--format", "json="], "--format json= names no file"),
        (["--format", "json", "--format", "table"], "json and table cannot both go to standard output"),
        (["--format", "json=a", "--format", "table=./a"], "two formats cannot both go to"),
        (["--format", "json=a", "--output", "b"], "--output has nothing to write"),
        (["--output", "none/r.txt"], "no folder 'none' to write 'r.txt' into"),
        (["--output", "."], "'.' is a folder"),
        (["--platform", "linux/amd64", "--all-platforms"], "--platform and --all-platforms exclude each other"),
        (["--unknown-as", "hgih"], "--unknown-as: 'hgih' is not one of"),
    ],
)
def test_impossible_outputs_are_refused_before_the_work(careen_command, app, arguments, error):
    code, out, err = careen_command("scan", "x", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"careen: error: {error}")
    assert app.asked == []


def test_all_platforms_are_scanned_and_the_worst_verdict_counts(careen_command, app):
    app.offered = (Platform("linux", "amd64"), Platform("linux", "arm64", "v8"))

    def report(settings):
        os, architecture, *variant = settings.platform.split("/")
        platform = Platform(os, architecture, *variant)
        verdict = Verdict(False, 1) if architecture == "amd64" else Verdict(True, 0)
        return replace(usual(), image=replace(usual().image, platform=platform), verdict=verdict)

    app.report = report
    code, out, _ = careen_command("scan", "x", "--all-platforms", "--format", "table", "--format", "json=r.json")
    assert code == 1
    assert "linux/amd64" in out
    assert "linux/arm64/v8" in out
    assert sorted(path.name for path in Path().iterdir()) == ["r.linux-amd64.json", "r.linux-arm64-v8.json"]


def test_incomplete_outweighs_failed(careen_command, app):
    app.offered = (Platform("linux", "amd64"), Platform("linux", "arm64"))
    app.report = lambda settings: replace(usual(), verdict=Verdict(False, 3 if "arm64" in settings.platform else 1))
    assert careen_command("scan", "x", "--all-platforms")[0] == 3


def platforms_of(report):
    return [(one["platform"], one["coverage"], bool(one["reason"])) for one in report["verdict"]["platforms"]]


def test_the_verdict_names_every_platform(careen_command, app):
    app.offered = (Platform("linux", "amd64"), Platform("linux", "arm64"))
    app.report = lambda settings: replace(usual(), verdict=Verdict(True, 0))
    code, out, _ = careen_command("scan", "x", "--all-platforms", "--format", "table", "--format", "json=r.json")
    assert code == 0
    assert "linux/arm64: partially assessed" in out
    found = json.loads(next(Path().glob("r*.json")).read_text())
    assert [one[0] for one in platforms_of(found)] == ["linux/amd64", "linux/arm64"]


@pytest.mark.parametrize(
    "missing",
    [Platform("linux", "s390x"), Platform("unknown", "unknown"), Platform("linux", "amd64"), Platform("linux", "amd64", "v1")],
)
def test_a_platform_that_cannot_be_assessed_is_reported_and_the_others_are_scanned(careen_command, app, missing):
    app.offered = (Platform("linux", "amd64"), missing)

    def report(settings):
        if "s390x" in settings.platform:
            raise NetworkError("the registry is gone")
        return replace(usual(), verdict=Verdict(True, 0))

    app.report = report
    code, out, _ = careen_command("scan", "x", "--all-platforms", "--format", "json")
    assert code == 3
    (found,) = json.loads(out)
    assert platforms_of(found)[1] == (str(missing), "not_assessed", True)
    assert (found["verdict"]["passed"], found["verdict"]["exit_code"]) == (False, 3)
    last = found["verdict"]["rules"][-1]
    assert (last["rule"], last["passed"], last["failed_by"]) == (
        "every platform assessed", False, {"count": 1, "first": [str(missing)]}
    )  # fmt: skip


def test_it_is_an_error_if_no_platform_can_be_scanned(careen_command, app):
    app.offered = (Platform("linux", "amd64"), Platform("linux", "arm64"))
    app.report = NetworkError("the registry is gone")
    code, out, err = careen_command("scan", "x", "--all-platforms")
    assert (code, out) == (3, "")
    assert "the registry is gone" in err


def test_a_terminal_is_not_an_archive(careen_command, app, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    code, _, err = careen_command("scan", "-")
    assert code == 2
    assert "docker save IMAGE | careen scan -" in err


def test_an_ignore_file_of_the_working_folder_is_not_applied_and_a_warning_names_it(careen_command, app):
    Path(".careenignore").write_text("CVE-2021-44228")
    _, _, err = careen_command("scan", "x")
    assert "--ignore-file .careenignore" in err
    assert app.asked[0][1].ignore_file == ()
    assert careen_command("scan", "x", "--quiet")[2] == ""
    assert careen_command("scan", "x", "--ignore-file", ".careenignore")[2] == ""


def test_a_warning_names_a_misspelt_variable(careen_command, app, monkeypatch):
    monkeypatch.setenv("CAREEN_FAILON", "high")
    assert "did you mean CAREEN_FAIL_ON?" in careen_command("scan", "x")[2]


def test_collecting_is_off_while_scanning_and_on_again_after(careen_command, app):
    seen = []

    def report(settings):
        seen.append(gc.isenabled())
        return usual()

    app.report = report
    assert gc.isenabled()
    careen_command("scan", "x")
    assert seen == [False]
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("variables", "colour"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)]
)
def test_colour(careen_command, app, monkeypatch, variables, colour):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in careen_command("scan", "x")[1]) is colour


def test_a_full_disk_is_one_line(careen_command, app, monkeypatch):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    code, _, err = careen_command("scan", "x")
    assert code == 3
    assert err.startswith("careen: error: cannot write to standard output: No space left on device\n")


def test_a_closed_pipe_is_quiet_and_keeps_the_verdict(careen_command, app, monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    code, _, err = careen_command("scan", "x")
    assert (code, err) == (1, "")

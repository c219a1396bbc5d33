import itertools
import json
import logging
import os
from pathlib import Path

import pytest
from msgspec.structs import fields, replace
from tests.support.attached import Artifact, Part
from tests.support.fleet import fill
from tests.support.images import make_image, make_layer, sha256
from tests.support.registry import Registry
from tests.support.servers import Answer

from careen.cli.main import main
from careen.config import load
from careen.errors import Error, InputError, UsageError
from careen.plugins import ReportOptions
from careen.registries.listing import Wanted
from careen.registries.scan import _NOT_IN_REPORTS, Order, _asked, parse_target, scan_registry
from careen.reports.json import write

ADVISORY = {
    "id": "CVE-2026-0001", "modified": "2026-01-01T00:00:00Z",
    "affected": [{"package": {"ecosystem": "Debian:12", "name": "zlib1g"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}]}],
}  # fmt: skip


@pytest.fixture(autouse=True)
def logging_as_before():
    logger = logging.getLogger("careen")
    handlers, level = logger.handlers, logger.level
    yield
    logger.handlers = handlers
    logger.setLevel(level)


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch, tmp_path):
    """Only the advisories of this test are known."""
    monkeypatch.setattr("careen.database.seed.FILE", tmp_path / "no-seed")


@pytest.fixture
def order(tmp_path):
    def make(registry, namespace="", restart=False, folder="out", **wanted):
        return Order(registry.host, namespace, tmp_path / folder, Wanted(**wanted), restart)

    return make


@pytest.fixture
def settings(tmp_path):
    advisories = tmp_path / "advisories"
    advisories.mkdir()
    (advisories / "one.json").write_text(json.dumps(ADVISORY))
    return load(
        {"cache_dir": str(tmp_path / "cache"), "offline": True, "scanners": "vuln", "advisories": str(advisories)}
    ).settings


def keep(path, report):
    with path.open("w") as stream:
        write(report, stream, ReportOptions())


def blobs(registry):
    return [request.path.rpartition("/")[2] for request in registry.requests if "/blobs/" in request.path]


def test_every_unique_blob_is_fetched_once_and_every_layer_read_once(order, settings):
    with Registry(page=5) as registry:
        images = fill(registry, 12, 5)
        summary = scan_registry(order(registry), settings, keep)
        fetched = blobs(registry)
        unique = {sha256(layer) for image in images.values() for layer in image.layers}
        assert len(fetched) == len(set(fetched)) == len(unique) + len(images)  # and each configuration
        assert (summary.layers.unique, summary.layers.read) == (len(unique), len(unique))
        assert (summary.repositories, summary.tags, len(summary.images)) == (12, 60, 60)
        assert not summary.troubles
        assert summary.by_severity["unknown"] == 30  # on two of the four bases
        assert len(list((order(registry).folder / "images").iterdir())) == 60
        assert max(base.images for base in summary.bases) == 15


def test_one_image_under_several_names_is_scanned_once(order, settings):
    with Registry() as registry:
        image = make_image([make_layer({"etc/hostname": b"x"})])
        for name in ("a", "b"):
            registry.push(name, "1", image)
            registry.push(name, "latest", image)
        summary = scan_registry(order(registry), settings, keep)
        host = registry.host
        assert [line.references for line in summary.images] == [
            (f"{host}/a:1", f"{host}/a:latest", f"{host}/b:1", f"{host}/b:latest")
        ]
        assert len(blobs(registry)) == 2


def test_after_a_stop_the_same_call_goes_on(order, settings):
    with Registry() as registry:
        fill(registry, 4, 3)
        seen = []

        def stop(count, total, latest):
            seen.append(latest.digest)
            if count == 5:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            scan_registry(order(registry), settings, keep, stop)
        counted = []
        summary = scan_registry(order(registry), settings, keep, lambda count, total, latest: counted.append(latest.digest))
        assert len(summary.images) == 12
        assert not set(counted) & set(seen)
        fetched = blobs(registry)
        assert len(fetched) == len(set(fetched))


@pytest.mark.parametrize(
    "other",
    [
        {"db": Path("other.sqlite")}, {"advisories": Path("own")}, {"max_seconds": 1.0}, {"accept": ("no_advisories",)},
        {"db_max_age": "off"}, {"image_vex": True}, {"severity_from": ("nvd",)}, {"unknown_as": "low"}, {"strict": True},
        {"fail_on": ("high",)}, {"grace_days": 3}, {"exclude_base": True}, {"ignore_unfixed": True}, {"scanners": ("secret",)},
        {"policy": (Path("deny.rego"),)}, {"baseline": "earlier.json"}, {"checks_off": ("DKR-001",)}, {"plugins": (Path("x"),)},
    ],
)  # fmt: skip
def test_other_knowledge_or_bounds_ask_for_something_else(tmp_path, settings, other):
    asked = Order("r.example", "", tmp_path)
    assert _asked(asked, settings) == _asked(asked, replace(settings))
    assert _asked(asked, settings) != _asked(asked, replace(settings, **other))


def test_another_version_of_careen_asks_for_something_else(tmp_path, settings, monkeypatch):
    asked = Order("r.example", "", tmp_path)
    before = _asked(asked, settings)
    monkeypatch.setattr("careen.app.wiring.__version__", "other")
    assert _asked(asked, settings) != before


@pytest.mark.parametrize(
    "other", [{"registry_password": "x"}, {"timeout_s": 1.0}, {"quiet": True}, {"jobs": 7}, {"cache_dir": Path("elsewhere")}]
)
def test_other_ways_to_the_same_reports_ask_for_the_same(tmp_path, settings, other):
    asked = Order("r.example", "", tmp_path)
    assert _asked(asked, settings) == _asked(asked, replace(settings, **other))


def test_all_settings_left_out_of_a_request_exist(settings):
    assert {field.name for field in fields(settings)} >= _NOT_IN_REPORTS


@pytest.mark.parametrize("setting", ["vex", "advisories", "policy", "origin_kb"])
def test_files_of_a_folder_that_were_edited_ask_for_something_else(tmp_path, settings, setting):
    folder, asked = tmp_path / "given", Order("r.example", "", tmp_path)
    file = folder / "team" / "one.json"
    file.parent.mkdir(parents=True)
    with_folder = replace(settings, **{setting: folder if setting == "advisories" else (folder,)})
    seen = set()
    for text in ("{}", "[]", "[ ]"):
        file.write_text(text)
        os.utime(file, (1, 1))
        os.utime(folder, (1, 1))
        seen.add(_asked(asked, with_folder))
    assert len(seen) == 3
    assert _asked(asked, with_folder) in seen


def test_rules_that_were_edited_ask_for_something_else(tmp_path, settings):
    rules = tmp_path / "rules.yaml"
    with_rules, asked = replace(settings, ignore_file=(rules,)), Order("r.example", "", tmp_path)
    seen = {_asked(asked, with_rules)}
    for text in ("ignore: []\n", "ignore: [{id: CVE-2026-1}]\n"):
        rules.write_text(text)
        seen.add(_asked(asked, with_rules))
    assert len(seen) == 3


def test_a_report_that_was_lost_is_made_again(order, settings):
    with Registry() as registry:
        fill(registry, 1, 2)

        def stop(count, total, latest):
            if count == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            scan_registry(order(registry), settings, keep, stop)
        lost = next((order(registry).folder / "images").iterdir())
        lost.unlink()
        scan_registry(order(registry), settings, keep)
        assert lost.is_file()


def test_the_next_run_lists_what_is_new(order, settings):
    with Registry() as registry:
        fill(registry, 2, 1)
        first = scan_registry(order(registry), settings, keep)
        assert first.news is None
        assert first.images[0].by_severity["unknown"] == 1
        second = scan_registry(order(registry), settings, keep)
        assert (second.news, second.layers.read) == ((), 0)
        more = ADVISORY | {"id": "CVE-2026-0002"}
        (settings.advisories / "two.json").write_text(json.dumps(more))
        registry.push("team9/new", "1", make_image([make_layer({"a": b"b"})]))
        third = scan_registry(order(registry), settings, keep)
        news = {line.reference.partition("/")[2]: (line.is_new, line.ids) for line in third.news}
        assert news["team9/new:1"] == (True, ())
        assert news["team0/app0:1.0"] == (False, ("CVE-2026-0002",))


def test_patterns_and_a_namespace_select_images(order, settings):
    with Registry() as registry:
        fill(registry, 6, 3)
        summary = scan_registry(order(registry, "team1"), settings, keep)
        assert {line.references[0].split("/")[1] for line in summary.images} == {"team1"}
        summary = scan_registry(order(registry, include=("*/app[01]:1.[12]",), exclude=("*:1.2",)), settings, keep)
        assert sorted(line.references[0].partition("/")[2] for line in summary.images) == ["team0/app0:1.1", "team1/app1:1.1"]


def test_the_newest_images_are_those_created_last(order, settings):
    with Registry() as registry:
        for tag, year in (("a", 2021), ("b", 2024), ("c", 2023)):
            config = {"created": f"{year}-01-01T00:00:00Z", "os": "linux", "architecture": "amd64"}
            layer = make_layer({tag: b"x"})
            config["rootfs"] = {"type": "layers", "diff_ids": [sha256(layer)]}
            registry.push("app", tag, make_image([layer], raw_config=json.dumps(config).encode()))
        summary = scan_registry(order(registry, newest=2), settings, keep)
        assert sorted(line.references[0][-1] for line in summary.images) == ["b", "c"]


def test_a_failure_is_reported_and_the_rest_is_scanned(order, settings):
    with Registry() as registry:
        images = fill(registry, 2, 2)
        reference, image = next(iter(images.items()))
        registry.altered[sha256(image.layers[-1])] = b"x" * len(image.layers[-1])
        summary = scan_registry(order(registry), settings, keep)
        assert [trouble.reference for trouble in summary.troubles] == [reference]
        assert (len(summary.images), summary.exit_code) == (3, 3)


def test_a_registry_without_a_catalogue_is_scanned_by_repository(order, settings):
    with Registry(list_repositories=False) as registry:
        fill(registry, 1, 2)
        with pytest.raises(InputError, match="does not list its repositories"):
            scan_registry(order(registry), settings, keep)
        assert len(scan_registry(order(registry, "team0/app0"), settings, keep).images) == 2
        with pytest.raises(Error):
            scan_registry(order(registry, "team0/none"), settings, keep)


def test_no_thread_asks_while_one_has_to_wait(order, settings):
    with Registry() as registry:
        fill(registry, 6, 4)

        def progress(count, total, latest):
            if count == 4:
                registry.busy = [Answer(429, headers={"Retry-After": "1"})]

        assert len(scan_registry(order(registry), settings, keep, progress).images) == 24
        moments = [request.moment for request in registry.requests]
        assert max(later - earlier for earlier, later in itertools.pairwise(moments)) >= 0.9
        assert not registry.busy


def test_names_that_a_registry_makes_up_lead_nowhere(order, settings, caplog):
    with Registry() as registry:
        fill(registry, 1, 1)
        registry.tags |= {"../../etc": ["1"], "UPPER": ["1"], "a b": ["1"]}
        registry.tags["team0/app0"].append("../../x")
        with caplog.at_level(logging.WARNING):
            summary = scan_registry(order(registry), settings, keep)
        assert (summary.repositories, len(summary.images)) == (1, 1)
        assert "3 names that are invalid for a repository" in caplog.text
        assert [trouble.error.partition(":")[0] for trouble in summary.troubles] == [
            "it lists 3 names that cannot be a repository",
            "it lists 1 name that cannot be a tag",
        ]
        assert summary.exit_code == 3


def test_names_that_a_request_leaves_out_are_no_trouble(order, settings):
    with Registry() as registry:
        fill(registry, 1, 1)
        registry.tags |= {"UPPER": ["1"]}
        registry.tags["team0/app0"].append("a b")
        summary = scan_registry(order(registry, exclude=("UPPER", "*:a b")), settings, keep)
        assert summary.troubles == ()


def test_a_run_that_scans_nothing_does_not_pass(order, settings):
    with Registry() as registry:
        fill(registry, 1, 1)
        summary = scan_registry(order(registry, include=("mistyped/*",)), settings, keep)
        assert (summary.images, summary.exit_code) == ((), 3)
        assert "no image was scanned" in summary.troubles[0].error


def with_charts(registry, *tags, kind="application/vnd.cncf.helm.config.v1+json"):
    for tag in tags:
        part = Part(tag.encode(), "application/vnd.cncf.helm.chart.content.v1.tar+gzip")
        registry.attach("charts/shop", Artifact(kind, (part,)), tag=tag)
        registry.tags.setdefault("charts/shop", []).append(tag)


def test_an_artifact_that_is_no_image_fails_no_run(order, settings):
    with Registry() as registry:
        fill(registry, 1, 2)
        with_charts(registry, "1.0")
        summary = scan_registry(order(registry), settings, keep)
        assert [(trouble.reference, trouble.no_image) for trouble in summary.troubles] == [
            (f"{registry.host}/charts/shop:1.0", True)
        ]
        assert "helm" in summary.troubles[0].error
        assert (len(summary.images), summary.exit_code) == (2, 0)


@pytest.mark.parametrize("kind", ["application/vnd.wasm.config.v0+json", "application/vnd.acme.v1"])
def test_an_artifact_that_an_engine_may_run_is_not_scanned(order, settings, kind):
    with Registry() as registry:
        fill(registry, 1, 1)
        with_charts(registry, "1.0", kind=kind)
        summary = scan_registry(order(registry), settings, keep)
        assert ([trouble.no_image for trouble in summary.troubles], summary.exit_code) == ([False], 3)


def test_a_run_that_meets_no_image_does_not_pass(order, settings):
    with Registry() as registry:
        with_charts(registry, "1.0")
        summary = scan_registry(order(registry), settings, keep)
        assert (summary.exit_code, [trouble.no_image for trouble in summary.troubles]) == (3, [True, False])


def test_artifacts_are_counted_and_one_is_named(settings, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with Registry() as registry:
        fill(registry, 1, 1)
        with_charts(registry, "1.0", "2.0")
        known = ("--offline", "--advisories", str(settings.advisories), "--output-dir", "x", "--quiet")
        assert main(["registry", "scan", registry.host, *known]) == 0
        shown = capsys.readouterr().out
        assert f"no image: {registry.host}/charts/shop:1.0: " in shown and ", and 1 more (summary.json)" in shown
        assert "not scanned" not in shown


@pytest.mark.parametrize("text", ["", "nginx", "docker/library", "http://x.example", "x.example/a:1", "a b.example"])
def test_an_invalid_registry_is_refused(text):
    with pytest.raises(UsageError):
        parse_target(text)


def test_a_target_has_a_host_and_a_namespace():
    assert parse_target("R.example:5000/team/app/") == ("r.example:5000", "team/app")
    assert parse_target("https://r.example") == ("r.example", "")


def test_the_command(settings, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with Registry() as registry:
        fill(registry, 3, 2)
        arguments = (
            "registry",
            "scan",
            registry.host,
            "--offline",
            "--advisories",
            str(settings.advisories),
            "--output-dir",
            "x",
        )
        code = main(arguments)
        out, err = capsys.readouterr()
        assert code == 0
        assert "3 repositories, 6 tags, 6 images; 18 layers, 12 of them unique, 12 read now" in out
        assert "Worst images" in out
        assert "Shared base layers" in out
        assert err.count("] ") == 6
        summary = json.loads((tmp_path / "x" / "summary.json").read_text())
        assert summary["schema"] == "careen.registry-summary/1"
        assert all((tmp_path / "x" / line["file"]).is_file() for line in summary["images"])
        assert main((*arguments, "--json", "--quiet", "--fail-on", "unknown", "--accept", "no_advisories")) == 1
        assert json.loads(capsys.readouterr().out)["by_severity"]["unknown"] == 4  # on two of the three bases
        assert main((*arguments, "--quiet", "--fail-on", "unknown", "--accept", "no_advisories")) == 1
        failed = capsys.readouterr().out.partition("FAILED (exit code 1): 4 of 6 images\n")[2].splitlines()
        assert len([line for line in failed if line.endswith(": fail-on unknown (CVE-2026-0001)")]) == 4


def test_an_endless_list_is_an_incomplete_scan(order, settings):
    with Registry() as registry:
        registry.push("team/app", "1", make_image([make_layer({"a": b""})]))
        link = {"Link": '</v2/_catalog?n=1000>; rel="next"'}
        page = Answer(200, b'{"repositories": ["team/app"]}', link)
        registry.busy = [Answer(), Answer(), page, page]
        summary = scan_registry(order(registry), settings, keep)
    assert [one.error.partition(",")[0] for one in summary.troubles] == ["its list of repositories does not end"]
    assert (summary.exit_code, len(summary.images)) == (3, 1)

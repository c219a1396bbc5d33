"""Folders and packed charts."""

import pytest
from tests.support.charts import packed

from careen.charts import files
from careen.charts.files import folder_files, packed_files, unpacked

CHART = {"Chart.yaml": b"name: a\n", "templates/x.yaml": b"x"}


def test_a_packed_chart():
    assert packed_files(packed("a", CHART)) == CHART


def test_archives_that_are_no_charts():
    assert packed_files(packed("a", {"README": b"x"})) == {}
    assert packed_files(packed("a", {f"{number}": b"" for number in range(60)})) == {}
    with pytest.raises(ValueError, match="breaks off"):
        packed_files(b"\x1f\x8b" + b"\0" * 40)


def test_packed_subcharts_are_unpacked():
    found = unpacked({"charts/a-1.tgz": packed("a", {**CHART, "charts/b-2.tgz": packed("b", CHART)}), "conf/x.tgz": b"kept"})
    assert sorted(found) == [
        "charts/a-1/Chart.yaml", "charts/a-1/charts/b-2/Chart.yaml", "charts/a-1/charts/b-2/templates/x.yaml",
        "charts/a-1/templates/x.yaml", "conf/x.tgz",
    ]  # fmt: skip


def test_bounds(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 10)
    (tmp_path / "big.txt").write_bytes(b"x" * 11)
    with pytest.raises(ValueError, match=r"big\.txt is over the limit"):
        folder_files(tmp_path)
    with pytest.raises(ValueError, match="over the limit"):
        packed_files(packed("a", {**CHART, "big": b"x" * 11}))


def test_links_are_not_followed(tmp_path):
    (tmp_path / "out").write_text("outside")
    chart = tmp_path / "chart"
    chart.mkdir()
    (chart / "Chart.yaml").write_text("name: a\n")
    (chart / "link").symlink_to(tmp_path / "out")
    (chart / "folder").symlink_to(tmp_path)
    assert list(folder_files(chart)) == ["Chart.yaml"]


def test_an_archive_that_inflates_without_end(monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    with pytest.raises(ValueError, match="inflates to more than 1 MiB"):
        packed_files(packed("a", {**CHART, "z": bytes(4 << 20)}))


def test_no_name_in_an_archive_leads_out_of_the_chart():
    data = packed("a", {**CHART, "templates/../../y.yaml": b"y", "templates/../../../z.yaml": b"z"})
    assert packed_files(data) == CHART


def test_a_damaged_subchart_is_named():
    with pytest.raises(ValueError, match=r"charts/b-1\.tgz: .*breaks off"):
        unpacked({**CHART, "charts/b-1.tgz": b"\x1f\x8b" + b"\0" * 40})

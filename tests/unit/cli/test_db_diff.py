import io
import json

import jsonschema
import pytest
from tests.conftest import ROOT
from tests.unit.database.test_compare import made, osv

from careen.cli.db_diff import _Writer
from careen.cli.main import main
from careen.database.compare import compare
from careen.model.advisory import Epss, Exploited, Support, VulnerabilityRecord

SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/schema/db-diff-1.json").read_text()))


@pytest.fixture
def two(tmp_path):
    scores = [Epss(f"CVE-{n}", 0.5, 0.5) for n in range(30)]
    before = [osv("A-1", "1.0"), osv("A-2", None, status="open"), osv("A-3", "1.0"), VulnerabilityRecord("A-1", "ghsa")]
    after = [osv("A-1", "1.1"), osv("A-2", "2.0"), osv("A-4", "1.0", name="boat\x1b"), VulnerabilityRecord("A-1", "x")]
    others = [*(Epss(f"CVE-{n}", 0.25, 0.5) for n in range(30)), Exploited("CVE-9", "2026-01-01"), Support("debian:12", "2028")]
    return made(tmp_path / "1", before, scores), made(tmp_path / "2", after, others)


def output_of(capsys, *arguments):
    code = main(["db", "diff", *map(str, arguments)])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return out


def test_text(two, capsys):
    lines = output_of(capsys, *two, "--limit", "2").splitlines()
    assert "  ~ npm boat A-1: 1.0 -> 1.1" in lines
    assert "  ~ npm boat A-2: open -> 2.0" in lines
    assert "  and 2 more (--limit N)" in lines
    assert "known exploited: 1 added, 0 removed, 0 changed" in lines
    assert "  + CVE-9: 2026-01-01" in lines
    assert "  + debian:12: 2028" in lines
    assert lines[-4:] == [
        "EPSS: 0 added, 0 removed, 30 changed",
        "  ~ CVE-0: 0.50000 -> 0.25000",
        "  ~ CVE-1: 0.50000 -> 0.25000",
        "  and 28 more (--limit N)",
    ]
    assert "\x1b" not in output_of(capsys, *two)


@pytest.mark.parametrize("flags", [("--json",), ("--format", "json")])
def test_json_follows_its_schema(two, capsys, flags):
    document = json.loads(output_of(capsys, *two, *flags, "--limit", "3"))
    SCHEMA.validate(document)
    first = document["differences"][0]
    assert (first["id"], first["change"], first["fields"]) == ("A-1", "changed", ["ranges"])
    assert first["after"] == [{"ranges": [{"introduced": None, "fixed": "1.1", "last_affected": None, "after": False}]}]
    assert document["omitted"] == {"advisory": 1, "epss": 27}
    assert {one["kind"]: one["changed"] for one in document["kinds"]}["epss"] == 30
    added = next(one for one in document["differences"] if one["kind"] == "exploited")
    assert (added["before"], added["after"]) == ([], [{"added": "2026-01-01", "ransomware": False}])


def test_json_of_the_same(two, capsys):
    document = json.loads(output_of(capsys, two[0], two[0], "--json"))
    SCHEMA.validate(document)
    assert document["differences"] == document["kinds"] == document["sources"] == []


def test_filters(two, capsys):
    assert "EPSS" not in output_of(capsys, *two, "--namespace", "npm")
    assert "advisories" not in output_of(capsys, *two, "--source", "kev")


def test_each_difference_is_written_when_it_comes(two):
    stream = io.StringIO()
    writer = _Writer(stream, 100)
    sizes = []

    def take(one):
        writer.take(one)
        sizes.append(len(stream.getvalue()))

    compare(*two, on_difference=take)
    assert len(sizes) > 30
    assert sizes == sorted(set(sizes))


def test_a_limit_is_a_number(capsys):
    assert main(["db", "diff", "a", "b", "--limit", "-3"]) == 2
    assert main(["db", "diff", "a", "b", "--limit", "x"]) == 2
    assert "'x' is not a number" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [("--namespace", "debain"), ("--namespace", "kev"), ("--source", "osvv")])
def test_what_nothing_knows_is_no_sameness(two, capsys, flags):
    assert main(["db", "diff", *map(str, two), *flags]) == 2
    assert flags[1] in capsys.readouterr().err

"""How the measurement counts: what covers a value, which confidence counts, and the command."""

import json
import sys
from types import SimpleNamespace

import pytest
from benchmarks.secret_vectors import __main__ as command
from benchmarks.secret_vectors import measured
from benchmarks.secret_vectors.draws import Draws
from benchmarks.secret_vectors.kinds.registries import npm
from benchmarks.secret_vectors.measured import RANKS, Outcome, Score, outcome, score, total
from benchmarks.secret_vectors.vectors import Vector


def vector(text, value="", is_secret=True, path="app/.env"):
    return Vector("npm-token", 0, path, text, value, is_secret, "a test")


def finding(line, confidence="likely", end_line=None):
    return SimpleNamespace(location=SimpleNamespace(line=line, end_line=end_line or line), confidence=confidence)


def test_a_secret_is_found_by_the_reader_of_layers():
    value = npm(Draws("measured"))
    assert outcome(vector(f"TZ=UTC\nNPM_TOKEN={value}\n", value)).rank >= RANKS["likely"]
    assert outcome(vector("TZ=UTC\nNPM_TOKEN=${NPM_TOKEN}\n", is_secret=False)).rank == 0


def test_a_file_that_is_no_text_or_of_a_kind_that_is_not_read_has_no_findings():
    value = npm(Draws("measured"))
    assert outcome(vector(f"\0NPM_TOKEN={value}\n", value, path="usr/bin/run")).rank == 0
    assert outcome(vector(f"NPM_TOKEN={value}\n", value, path="app/logo.png")).rank == 0


@pytest.mark.parametrize(
    ("found", "rank"),
    [
        ([], 0),
        ([finding(1)], 0),
        ([finding(3)], 2),
        ([finding(1, end_line=2)], 2),
        ([finding(2, "possible")], 1),
        ([finding(2, "possible"), finding(2, "confirmed")], 3),
        ([finding(1, "confirmed"), finding(2, "possible")], 1),
    ],
)
def test_a_finding_counts_if_it_covers_a_line_of_the_value(monkeypatch, found, rank):
    monkeypatch.setattr(measured, "findings", lambda path, text: found)
    assert outcome(vector("first\nsecond\nthird\n", "second\nthird\n")).rank == rank


def test_any_finding_counts_in_a_near_miss(monkeypatch):
    monkeypatch.setattr(measured, "findings", lambda path, text: [finding(7, "possible")])
    assert outcome(vector("text\n", is_secret=False)).rank == RANKS["possible"]


def test_a_finding_without_a_confidence_counts(monkeypatch):
    place = SimpleNamespace(location=SimpleNamespace(line=1, end_line=1))
    monkeypatch.setattr(measured, "findings", lambda path, text: [place])
    assert outcome(vector("text\n", "text")).rank == RANKS["likely"]


def test_scores():
    secrets = [Outcome(vector("", ""), rank) for rank in (3, 2, 1, 0)]
    near = [Outcome(vector("", is_secret=False), rank) for rank in (2, 1, 0, 0)]
    likely = score([*secrets, *near], RANKS["likely"])
    assert likely == Score(found=2, missed=2, false=1, right=3, possible=1)
    assert (likely.recall, likely.precision, likely.f1) == (0.5, 2 / 3, 4 / 7)
    assert score([*secrets, *near], RANKS["possible"]) == Score(found=3, missed=1, false=2, right=2, possible=1)
    assert total([likely, likely]).found == 4
    assert score([], 2).precision == 1.0


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["secret_vectors", *arguments])
    return command.main()


def test_the_command_prints_a_kind(monkeypatch, capsys):
    assert run(monkeypatch, "--half", "held_out", "--kind", "npm-token", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document["kinds"]) == ["npm-token"]
    assert document["half"] == "held_out"
    assert document["kinds"]["npm-token"]["found"] + document["kinds"]["npm-token"]["missed"] == 48


def test_the_command_shows_misses(monkeypatch, capsys):
    monkeypatch.setattr(measured, "findings", lambda path, text: [])
    assert run(monkeypatch, "--half", "held_out", "--kind", "npm-token", "--misses", "2") == 0
    output = capsys.readouterr().out
    assert output.count("--- npm-token: missed, secret") == 2
    assert "recall  0.000" in output


def test_a_kind_of_the_other_half_is_refused(monkeypatch, capsys):
    assert run(monkeypatch, "--half", "development", "--kind", "npm-token") == 2
    assert "no such kind" in capsys.readouterr().err


def test_the_command_writes_vectors(monkeypatch, tmp_path):
    assert run(monkeypatch, "--half", "held_out", "--kind", "npm-token", "--write", str(tmp_path / "vectors.jsonl")) == 0
    entries = [json.loads(line) for line in (tmp_path / "vectors.jsonl").read_text("utf-8").splitlines()]
    assert sum(entry["is_secret"] for entry in entries) == 48
    assert all(entry["kind"] == "npm-token" and entry["value"] in entry["text"] for entry in entries)

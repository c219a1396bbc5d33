"""``careen registry add|list|remove|test|rotate-key`` on a server's database."""

import io
import json

import pytest
from tests.support.registries.fleet import known_names, new_project, small_fleet
from tests.support.registries.makers import Distribution, digest

from careen.cli.main import main
from careen.cli.server_registries import seconds
from careen.errors import UsageError


@pytest.fixture
def server(tmp_path, monkeypatch):
    known_names(monkeypatch)
    fleet = small_fleet(tmp_path)
    new_project(fleet, "shop")
    fleet.engine.dispose()
    return f"sqlite:///{tmp_path}/fleet.sqlite"


def careen(*words, server):
    return main(["registry", *words, "--database", server])


def test_a_registry_from_its_addition_to_its_removal(server, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    with Distribution({"team/app": {"1": digest(1)}}, "ann", ["s3cret"]) as registry:
        hosts = ("--private-hosts", registry.host)
        words = ("add", registry.host, "--project", "shop", "--every", "6h", "--include", "team/*", "--newest", "3")
        assert careen(*words, "--username", "ann", "--password-stdin", *hosts, server=server) == 0
        assert careen("list", "--json", server=server) == 0
        shown = capsys.readouterr().out
        (found,) = json.loads(shown.partition("\n")[2])
        assert (found["host"], found["every_s"], found["choice"]["newest"]) == (registry.host, 21600.0, 3)
        assert careen("test", registry.host, *hosts, server=server) == 0
        tested = capsys.readouterr().out
        assert "repository: team/app: 1 of 1 tags" in tested
        assert careen("rotate-key", server=server) == 0
        assert "1 values" in capsys.readouterr().out
        assert careen("test", "1", *hosts, server=server) == 0
        capsys.readouterr()
        assert careen("list", server=server) == 0
        listed = capsys.readouterr().out
        assert "6h" in listed
        assert "shop" in listed
        assert careen("remove", registry.host, "--project", "shop", server=server) == 0
        assert "s3cret" not in shown + tested + listed
    assert careen("remove", registry.host, server=server) == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "registry.example"), 2),
        (("add", "registry.example", "--project", "none"), 3),
        (("add", "--project", "shop"), 2),
        (("add", "registry.example", "--project", "shop", "--username", "ann"), 2),
        (("add", "registry.example", "--project", "shop", "--use-helper", "--username", "ann"), 2),
        (("add", "registry.example", "--project", "shop", "--every", "often"), 2),
        (("add", "127.0.0.1:5000", "--project", "shop"), 3),
        (("test", "registry.example"), 3),
    ],
)
def test_what_is_refused(server, words, code):
    assert careen(*words, server=server) == code


def test_databases_that_are_none(tmp_path):
    assert main(["registry", "list"]) == 2
    assert careen("list", server=f"sqlite:///{tmp_path}/empty.sqlite") == 2
    assert careen("list", server="mysql://x") == 2


def test_times():
    assert [seconds(text) for text in ("30s", "5m", "6h", "1d")] == [30.0, 300.0, 21600.0, 86400.0]
    with pytest.raises(UsageError):
        seconds("6 hours")

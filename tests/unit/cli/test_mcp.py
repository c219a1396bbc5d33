import pytest

from careen.agents import server
from careen.cli.main import main


@pytest.fixture
def served(monkeypatch):
    calls = []
    monkeypatch.setattr(server, "serve", lambda *arguments: calls.append(arguments) or 0)
    return calls


def test_by_default_the_working_folder_alone(served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["mcp"]) == 0
    ((_, allowed, seconds, credentials),) = served
    assert allowed.folders == (tmp_path.resolve(),)
    assert (allowed.images, allowed.registries, credentials) == ((), (), None)
    assert seconds > 0


def test_what_is_named_is_allowed(served, tmp_path):
    flags = ["--image", "a:*", "--registry", "r.example/x", "--credentials", str(tmp_path), "--call-seconds", "5"]
    assert main(["mcp", str(tmp_path), *flags]) == 0
    ((_, allowed, seconds, credentials),) = served
    assert (allowed.images, allowed.registries, seconds, credentials) == (("a:*",), ("r.example/x",), 5.0, tmp_path)


@pytest.mark.parametrize("flags", [["no-such-folder"], ["--call-seconds", "0"], ["--call-seconds", "1e9"]])
def test_usage(served, capsys, flags):
    assert main(["mcp", *flags]) == 2
    assert served == []

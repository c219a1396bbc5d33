"""What starting costs: shells and pipelines call ``careen --version`` all day, and a cached scan is mostly start."""

import subprocess
import sys

import pytest
from tests.support.images import make_image, make_layer, write_docker_archive, write_oci_layout

HEAVY = ("msgspec", "rich", "urllib3", "sqlite3", "packaging", "json", "logging", "typing", "ssl", "asyncio", "difflib")


def modules_after(arguments, *flags):
    code = (
        "import sys; before = set(sys.modules)\n"
        "from careen.cli.main import main\n"
        f"code = main({arguments!r})\n"
        "sys.stderr.write(f'\\n{code} ' + ' '.join(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, env=_environment(), check=True)
    code, *modules = done.stderr.splitlines()[-1].split()
    return int(code), modules


def _environment():
    import careen

    return {"PYTHONPATH": careen.__path__[0].rpartition("careen")[0], "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], []])
def test_nothing_heavy_is_imported_at_start(arguments):
    _, modules = modules_after(arguments, "-S")
    assert not {module.partition(".")[0] for module in modules} & set(HEAVY)
    assert len(modules) <= 25, modules


def test_a_command_imports_no_other_one():
    code, modules = modules_after(["version"], "-S")
    assert code == 0
    assert {module for module in modules if module.startswith("careen.cli.")} == {
        "careen.cli.main",
        "careen.cli.streams",
        "careen.cli.arguments",
        "careen.cli.version",
    }
    assert "rich" not in modules


def test_a_scan_imports_no_module_for_one_of_its_functions(tmp_path):
    """Each of these takes longer than reading a small layer, and something simpler does."""
    image = write_docker_archive(tmp_path / "image.tar", make_image([make_layer({"etc/os-release": "ID=alpine\n"})]))
    _, modules = modules_after(["scan", str(image), "--offline", "--no-cache", "--quiet", "--format", "json"])
    assert "careen.layers.walk" in modules
    assert not [
        name
        for name in modules
        if name in {"pkgutil", "shutil", "tempfile", "random", "dataclasses", "json", "rich", "urllib3", "careen.net"}
        or name.partition(".")[0] in {"cryptography", "securesystemslib", "tuf"}
    ]


def test_a_scan_from_the_cache_loads_no_logging_and_no_reader(tmp_path):
    image = write_oci_layout(tmp_path / "layout", make_image([make_layer({"etc/os-release": "ID=alpine\n"})]))
    for _ in range(2):
        arguments = [
            "scan",
            str(image),
            "--scanners",
            "secrets",
            "--cache-dir",
            str(tmp_path / "cache"),
            "--quiet",
            "--format",
            "json",
        ]
        _, modules = modules_after(arguments)
    assert "careen.layers.index" in modules
    assert not {"logging", "careen.layers.read"}.intersection(modules)
    assert not [name for name in modules if name.startswith(("careen.formats.archives.", "careen.catalogers."))]

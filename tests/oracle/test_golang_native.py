"""Build information against the Go toolchain's own reading of its own executables."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.reading import MemoryFile, read

from careen.catalogers.golang import CATALOGER

if not shutil.which("go"):
    pytest.skip("no go here: tests against it are skipped", allow_module_level=True)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout


def test_executables_of_the_toolchain():
    root = Path(run("go", "env", "GOROOT").strip())
    paths = [path for path in sorted((root / "bin").iterdir()) if path.is_file()]
    paths += sorted((root / "pkg/tool").glob("*/*"))[:3]
    assert paths
    for path in paths:
        version, *lines = run("go", "version", "-m", str(path)).splitlines()
        (found,) = read(CATALOGER.readers[0], MemoryFile(path.name, path.read_bytes(), 0o755), (1 << 18,))
        assert found.toolchain == version.removeprefix(f"{path}: ")
        expected = [line.split("\t")[2:4] for line in lines if line.startswith("\tdep\t")]
        assert [[module.path, module.version] for module in found.modules] == expected

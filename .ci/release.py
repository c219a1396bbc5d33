"""A wheel that knows where a database is published, and by which root that is verified.

    python .ci/release.py ROOT.json oci://HOST/NAME …

The wheel is built of a copy of the sources, which stay as they are, and left in ``dist/``.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
EMPTY = "DATABASE: tuple[str, ...] = ()"


def release(root: Path, addresses: list[str], place: Path) -> None:
    wrong = [one for one in addresses if not one.startswith("oci://")]
    if wrong or not addresses or not root.is_file():
        sys.exit("make release DATABASE=oci://HOST/NAME ROOT=root.json")
    with tempfile.TemporaryDirectory(prefix="careen-release-") as folder:
        copy = Path(folder, "sources")
        skipped = shutil.ignore_patterns(".*", "build", "dist", "tests", "benchmarks", "__pycache__")
        shutil.copytree(HOME, copy, ignore=skipped)
        signing = copy / "src" / "careen" / "signing"
        text = (signing / "anchor.py").read_text("utf-8")
        if text.count(EMPTY) != 1:
            sys.exit("anchor.py has no place for the address")
        (signing / "anchor.py").write_text(text.replace(EMPTY, f"DATABASE: tuple[str, ...] = {tuple(addresses)!r}"), "utf-8")
        shutil.copyfile(root, signing / "root.json")
        subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)], cwd=copy, check=True)


if __name__ == "__main__":
    release(Path(sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:], HOME / "dist")

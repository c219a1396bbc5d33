"""How often ordinary packages get a finding about what their programs and scripts can do.

    python benchmarks/behaviour/ordinary.py FOLDER …

Each folder is one of installed packages (``site-packages``, ``node_modules``) or of unpacked ones. Prints every finding, and
the share of files with one at high. Ends with 1 above the bar.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

from careen.behaviour.capabilities import profile
from careen.behaviour.files import STATED, ExaminedFile
from careen.behaviour.kinds import kind_of
from careen.layers.contents import MAX_PROGRAM_BYTES, MAX_SCRIPT_BYTES

BAR = 0.002
_WHEEL = re.compile(r"/([^/]+)-[^/-]+\.dist-info/METADATA$")


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("folders", nargs="+", type=Path)
    folders = made.parse_args().folders
    packages, files, levels, severe, seen = set[tuple[str, str]](), 0, Counter[str](), set[Path](), set[tuple[int, int]]()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file():
                continue
            stat = path.stat()
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            if name := package_of(path):
                packages.add(name)
            file = examined(path, stat.st_mode)
            if file is None:
                continue
            files += 1
            for finding in profile(file)[1]:
                levels[finding.severity] += 1
                if finding.severity in ("high", "critical"):
                    severe.add(path)
                print(f"{finding.severity} {finding.id} {path}:{finding.location.line or ''}", *finding.evidence[:3], sep=" | ")
    kinds = Counter(kind for kind, _ in packages)
    share = len(severe) / max(files, 1)
    print(f"{dict(kinds)} packages, {files:,} programs and scripts, findings {dict(levels)}")
    print(f"{len(severe)} files at high: {share:.3%}")
    return int(share > BAR)


def package_of(path: Path) -> tuple[str, str] | None:
    """The kind and name of a package, if the file is its manifest."""
    if found := _WHEEL.search(str(path)):
        return "pypi", found[1].lower().replace("_", "-")
    if path.name == "package.json" and "node_modules" in path.parts[-4:-2]:
        try:
            name = json.loads(path.read_bytes())["name"]
        except (ValueError, KeyError, TypeError):
            return None
        return ("npm", name) if isinstance(name, str) else None
    return None


def examined(path: Path, mode: int) -> ExaminedFile | None:
    """As a scan reads it."""
    with path.open("rb") as stream:
        head = stream.read(65_536)
        kind = kind_of(str(path), head)
        if kind is None or kind in STATED or (kind == "other" and not mode & 0o111):
            return None
        most = MAX_PROGRAM_BYTES if kind == "program" else MAX_SCRIPT_BYTES
        return ExaminedFile(str(path).lstrip("/"), 0, kind, (head + stream.read(most))[:most])


if __name__ == "__main__":
    sys.exit(main())

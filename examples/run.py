"""``make scan``: scans the image that was named, or else the demonstration image, by the ordinary command line."""

import os
import subprocess
import sys
from pathlib import Path

from build_demo import build

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    if not arguments:
        arguments = demonstration()
        print(f"$ careen scan {' '.join(arguments)}\n", flush=True)
    return subprocess.run([sys.executable, "-m", "careen", "scan", *arguments], cwd=ROOT, check=False).returncode


def demonstration() -> list[str]:
    """Builds the image; arguments are relative to the root of the project, where they can be typed again."""
    image = build().relative_to(ROOT)
    return [os.fspath(image), "--advisories", "examples/advisories", "--offline", "--severity", "critical,high,medium"]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

"""All sets of the origin of code, or the named ones: ``python -m benchmarks.origin [NAME…]``.

Each is a module of this folder with a function ``main``, which writes a section of benchmarks/ORIGIN.md. What was downloaded
before is not downloaded again.
"""

import importlib
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    for name in names or sets():
        print(f"== {name}", flush=True)
        importlib.import_module(f"benchmarks.origin.{name}").main()


def sets() -> list[str]:
    modules = sorted(path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("__"))
    return [path.stem for path in modules if "\ndef main(" in path.read_text("utf-8")]


if __name__ == "__main__":
    main(sys.argv[1:])

"""What attacks cost: CPU seconds, wall time and peak memory of a scan of each, above what a scan of next to nothing takes.

    CAREEN_CACHE_DIR=.cache/careen python benchmarks/attacks.py [--scale 1] [ATTACK ...]

To add attacks, add a list of ``Attack`` to ``ATTACKS``. Ends with 1 if one takes more than is allowed.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measured import measured  # noqa: E402
from tests.support import attacks  # noqa: E402

ATTACKS = (*attacks.DOUBTS, *attacks.COSTS)
MOST_SECONDS, MOST_MIB = 30.0, 512.0


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--scale", type=float, default=1.0)
    made.add_argument("attacks", nargs="*")
    asked = made.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        quiet = attacks.Attack("nothing", lambda scale: [attacks.zipped(attacks.BASE, attacks.END)], "")
        base = min((cost(quiet, Path(folder), 1) for _ in range(3)), key=lambda one: one[1].cpu_s)
        print(f"{'attack':24}{'KiB':>10}{'exit':>6}{'CPU s':>8}{'wall s':>8}{'MiB':>8}")
        failed = False
        for attack in ATTACKS:
            if asked.attacks and attack.name not in asked.attacks:
                continue
            size, spent = cost(attack, Path(folder), asked.scale)
            cpu, wall, peak = spent.cpu_s - base[1].cpu_s, spent.wall_s - base[1].wall_s, spent.peak_mib - base[1].peak_mib
            over = cpu > MOST_SECONDS or peak > MOST_MIB
            failed = failed or over
            mark = "  over" if over else ""
            print(f"{attack.name:24}{size >> 10:10}{spent.exit_code:6}{cpu:8.1f}{wall:8.1f}{peak:8.0f}{mark}", flush=True)
    return 1 if failed else 0


def cost(attack: attacks.Attack, folder: Path, scale: float):
    place = attacks.written(attack, folder, scale)
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    bounds = ["--budget", f"{scale}", "--max-layer-bytes", f"{int(scale * (16 << 30))}"]
    command = [sys.executable, "-m", "careen", "scan", f"oci:{place}", "--offline", "--no-cache", *bounds, "--format", "json"]
    with open(os.devnull, "wb") as nowhere:
        return size, measured(command, os.environ, nowhere)


if __name__ == "__main__":
    sys.exit(main())

"""A day of notifications on a clock that runs as fast as the machine: what is lost, what is sent twice, and memory.

    python benchmarks/notifications.py [--hours 24] [--updates 500] [--database postgresql://…]

Each update of the advisories is a real one, ten new vulnerabilities a time, for two webhooks at once and one hourly digest.
The receiver answers 503, takes the message and answers 500, resets the connection before or after it took the message, or is
too late; senders are killed around requests. Ends with 1 if a message is lost, or is sent again without its mark.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
from tests.support.soak import simulate

GROWTH_MIB = 30  # of the second half, above the first


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--updates", type=int, default=500)
    parser.add_argument("--database", default="")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        found = simulate(
            options.database or f"sqlite:///{folder}/fleet.sqlite",
            Path(folder),
            hours=options.hours,
            updates=options.updates,
            seed=options.seed,
            monkeypatch=patch,
            tell=tell,
        )
    memory = found.memory_mib
    half = len(memory) // 2
    growth = max(memory[half:]) - max(memory[:half]) if half else 0.0
    cost = {"wall_s": round(time.perf_counter() - start), "cpu_s": round(time.process_time() - cpu)}
    result = {**vars(found), "memory_mib": [round(min(memory)), round(max(memory))], "growth_mib": round(growth, 1), **cost}
    print(json.dumps(result))
    broken = found.lost or found.unmarked or found.wrong_signatures or found.reported_twice or growth > GROWTH_MIB
    return 1 if broken or set(found.states) != {"sent"} or found.in_digests != found.expected else 0


def tell(tick: int, ticks: int, arrived: int, memory: float) -> None:
    print(f"{tick / ticks:4.0%}  {arrived:,} arrived  {memory:.0f} MiB", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

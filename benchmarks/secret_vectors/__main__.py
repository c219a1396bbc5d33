"""Recall and precision of secret detection, by kind and in sum.

python -m benchmarks.secret_vectors --half development
python -m benchmarks.secret_vectors --half held_out --format json
python -m benchmarks.secret_vectors --half development --kind npm-token --misses 5
python -m benchmarks.secret_vectors --half development --write vectors.jsonl
"""

import argparse
import json
import sys
from pathlib import Path

from .kind import Kind
from .kinds import HALVES, kinds
from .measured import RANKS, Outcome, Score, outcome, score, total
from .vectors import Vector, vectors


def main() -> int:
    options = _options()
    chosen = kinds(options.half, options.kind)
    if not chosen:
        print("no such kind in this half", file=sys.stderr)
        return 2
    if options.write:
        _write(chosen, options.seed, options.write)
        return 0
    outcomes = {kind: [outcome(vector) for vector in vectors(kind, options.seed)] for kind in chosen}
    scores = {kind: score(found, RANKS[kind.least]) for kind, found in outcomes.items()}
    sums = {
        "every kind": total(scores.values()),
        **{
            f"every kind, at {least} or better": total(score(found, RANKS[least]) for found in outcomes.values())
            for least in ("likely", "possible")
        },
    }
    if options.format == "json":
        print(json.dumps(_document(options.half, scores, sums), indent=1))
        return 0
    for kind, result in scores.items():
        print(_row(kind.name + (" (possible counts)" if kind.least == "possible" else ""), result))
    for name, result in sums.items():
        print(_row(name, result))
    for kind, found in outcomes.items():
        _print_misses(kind, found, options.misses)
    return 0


def _options() -> argparse.Namespace:
    made = argparse.ArgumentParser(
        prog="secret_vectors", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--half", choices=HALVES, required=True)
    made.add_argument("--kind", default="")
    made.add_argument("--misses", type=int, default=0, help="how many wrong outcomes of each kind to show")
    made.add_argument("--format", choices=("table", "json"), default="table")
    made.add_argument("--seed", default="1")
    made.add_argument("--write", type=Path, help="write the vectors as JSON lines instead")
    return made.parse_args()


def _row(name: str, result: Score) -> str:
    return (
        f"{name:50} recall {result.recall:6.3f}  precision {result.precision:6.3f}  F1 {result.f1:6.3f}  "
        f"missed {result.missed:4}  false {result.false:4}  only possible {result.possible:4}"
    )


def _document(half: str, scores: dict[Kind, Score], sums: dict[str, Score]) -> dict[str, object]:
    def entry(result: Score) -> dict[str, object]:
        rates = {"recall": round(result.recall, 4), "precision": round(result.precision, 4), "f1": round(result.f1, 4)}
        return {**result._asdict(), **rates}

    return {
        "half": half,
        "sums": {name: entry(result) for name, result in sums.items()},
        "kinds": {kind.name: entry(result) for kind, result in scores.items()},
    }


def _print_misses(kind: Kind, outcomes: list[Outcome], count: int) -> None:
    least = RANKS[kind.least]
    wrong = [vector for vector, rank in outcomes if (rank >= least) != vector.is_secret]
    for vector in wrong[:count]:
        print(
            f"\n--- {kind.name}: {'missed' if vector.is_secret else 'false'}, {vector.why}: {vector.path}\n{_excerpt(vector)}"
        )


def _excerpt(vector: Vector) -> str:
    """The lines around the value; the end of a text without one."""
    lines = vector.text.splitlines()
    line = vector.text.count("\n", 0, vector.text.index(vector.value)) if vector.value else len(lines)
    excerpt = "\n".join(text[:400] for text in lines[max(0, line - 6) : line + 6])
    return excerpt.encode("utf-8", "replace").decode()


def _write(chosen: list[Kind], seed: str, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for kind in chosen:
            for vector in vectors(kind, seed):
                entry = {
                    "kind": vector.kind, "file": vector.path, "text": vector.text, "value": vector.value,
                    "is_secret": vector.is_secret, "why": vector.why, "least": kind.least,
                }  # fmt: skip
                file.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    sys.exit(main())

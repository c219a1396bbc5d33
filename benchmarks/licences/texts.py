"""How well the texts of the SPDX licence list are recognised: as they are, and with light edits.

    python benchmarks/licences/texts.py [--every 1] [--seed 7]

Light edits: of a hundred words, one is left out, one is replaced and one is added, at random. Licences with the same text
(GPL-2.0-only, GPL-2.0-or-later) count as one; ids that the list has withdrawn are left out.
Exit code 1 below 99 % of the texts as they are, or 95 % of the edited ones.
"""

import argparse
import random
import sys
from collections import defaultdict

from careen.licences.library import library
from careen.licences.texts import matches_in
from careen.licences.words import words_of

LEAST = {"as they are": 0.99, "light edits": 0.95}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    dice = random.Random(asked.seed)
    same: dict[str, set[str]] = defaultdict(set)
    for entry in library().entries:
        same[" ".join(words_of(entry.text))].add(entry.id)
    licences = [entry for entry in library().entries if not entry.exception and not entry.deprecated][:: asked.every]
    print("| texts | number | recognised |\n|---|---|---|")
    failed, missed = False, []
    for kind, least in LEAST.items():
        right = 0
        for entry in licences:
            words = words_of(entry.text)
            found = matches_in(words if kind == "as they are" else _edited(words, dice))
            largest = max(found, key=lambda match: match.end - match.start).id if found else "none"
            if largest in same[" ".join(words)]:
                right += 1
            else:
                missed.append(f"{kind}: {entry.id} ({len(words)} words): {largest}")
        failed |= right / len(licences) < least
        print(f"| {kind} | {len(licences)} | {right} ({right / len(licences):.1%}) |", flush=True)
    print("\n" + "\n".join(missed))
    return failed


def _edited(words: list[str], dice: random.Random) -> list[str]:
    edited = []
    for word in words:
        chance = dice.random()
        if chance >= 0.01:
            edited.append(dice.choice(words) if chance < 0.02 else word)
        if chance > 0.99:
            edited.append(dice.choice(words))
    return edited


if __name__ == "__main__":
    sys.exit(main())

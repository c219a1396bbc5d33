"""How many imitations of popular names are recognised, and how many honest names are taken for imitations.

    python benchmarks/behaviour/lookalikes.py [--seed N] [--names ECOSYSTEM=FILE …] [--guarddog PYTHON]

``--names``: honest names, one per line; those that are popular themselves are left out. ``--guarddog``: the Python of an
environment that has GuardDog, which is asked about the same names of PyPI, npm and Go (of popular and other names, every 20th).
"""

import argparse
import json
import subprocess
from collections import Counter
from pathlib import Path

from imitations import imitations

from careen.behaviour.lookalikes import TYPES, look_alike
from careen.behaviour.lookalikes.popular import names_of, spelled, without_case

COUNT = 500
PEER = """
import json, sys
from guarddog.analyzer.metadata.{module}.typosquatting import {name} as Detector
Detector._cache_is_expired = lambda *_, **__: False  # the names that it came with
detector = Detector()
print(json.dumps([bool(detector.get_typosquatted_package(name)) for name in json.load(sys.stdin)]))
"""
PEERS = {"PyPI": ("pypi", "PypiTyposquatDetector"), "npm": ("npm", "NPMTyposquatDetector"), "Go": ("go", "GoTyposquatDetector")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--names", action="append", default=[], metavar="ECOSYSTEM=FILE")
    parser.add_argument("--guarddog", type=Path)
    arguments = parser.parse_args()
    for ecosystem, type in TYPES.items():
        made = imitations(type, COUNT, arguments.seed)
        names = [name for _, _, name in made]
        popular = names_of(type).popular
        honest = [
            name
            for text in arguments.names
            if text.startswith(f"{ecosystem}=")
            for name in outside(type, Path(text.partition("=")[2]).read_text("utf-8").split())
        ]
        for title, flags in asked(ecosystem, arguments.guarddog):
            step = 1 if title == "careen" else 20  # GuardDog compares each name with all
            count, missed = share(flags(names))
            print(f"{ecosystem:9} {title:9} {count}/{len(names)} imitations", end="")
            print(f", {share(flags(popular[::step]))[0]}/{len(popular[::step])} popular names", end="")
            print(f", {share(flags(honest[::step]))[0]}/{len(honest[::step])} other names", flush=True)
            if title == "careen":
                print(
                    "          by technique:", by_technique([made[place][0] for place in missed], [entry[0] for entry in made])
                )
        levels = Counter(finding.severity for name in honest if (finding := look_alike(ecosystem, name)))
        print(f"          other names by severity: {dict(levels)}")


def asked(ecosystem, guarddog):
    yield "careen", lambda names: [look_alike(ecosystem, name) is not None for name in names]
    if guarddog and ecosystem in PEERS:
        module, name = PEERS[ecosystem]
        command = [str(guarddog), "-c", PEER.format(module=module, name=name)]
        yield (
            "guarddog",
            lambda names: json.loads(
                subprocess.run(
                    command, input=json.dumps(names), capture_output=True, text=True, check=True
                ).stdout.splitlines()[-1]
            ),
        )


def outside(type, names):
    """Without popular names, also as a distribution spells them."""
    popular = {without_case(name) for name in names_of(type).popular}
    return sorted(name for name in {spelled(type, name) for name in names} if without_case(name) not in popular)


def share(flags):
    return sum(flags), [place for place, flag in enumerate(flags) if not flag]


def by_technique(missed, made):
    lost, whole = Counter(missed), Counter(made)
    return ", ".join(f"{name} {whole[name] - lost[name]}/{whole[name]}" for name in sorted(whole))


if __name__ == "__main__":
    main()

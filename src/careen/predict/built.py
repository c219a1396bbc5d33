"""Which instruction of a Dockerfile made each layer of an image that was built from it.

The steps of a stage, those of the stages it builds upon first, are laid beside the image's history in order: the pairing
that says most alike words wins, and of equal ones the latest, for the base image comes first. What the history has before
the first pair is the base image's, made by FROM. Between two pairs, as many steps as entries are each other's. The stage
is the one whose steps the history has most of, so that an image of ``--target`` finds its own.
Where fewer than half of the steps that make layers are in the history, it is not this Dockerfile's, and nothing is told.
**Source:** OCI image-spec, config.md, ``history``; what BuildKit, the classic builder and Buildah write there.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.dockerfile.stages import Dockerfile, Stage, Step
from careen.formats.summary import build_step
from careen.model.finding import Location, Vulnerability
from careen.model.image import History, Image

from .declared import Predicted, predicted

MAX_SIDE = 400  # steps, and entries, that are laid beside each other: the last ones
MAX_CELLS = 500_000  # pairs of them that are compared, for all stages together
_LAYERS = ("RUN", "COPY", "ADD")
_LIKENESS = 0.4  # of a step's words
_WORDS = re.compile(r"[^\s\"'\[\],;&|()\\]+")


class Entry(Struct, frozen=True, gc=False):
    """A step or an entry of the history, as far as both say the same."""

    keyword: str
    words: frozenset[str]
    target: str = ""  # of COPY and ADD: the folder or file that is written


def with_instructions(image: Image, document: Dockerfile) -> Image | None:
    """The image whose layers say which instruction made them; None where it was not built from this Dockerfile."""
    entries = [_of_history(one) for one in image.config.history]
    makes_layer = [not one.empty_layer for one in image.config.history]
    if not entries or sum(makes_layer) != len(image.layers):
        return None
    best: tuple[float, dict[int, Step], Stage] | None = None
    cells = 0
    for stage in reversed(document.stages):
        steps = _steps(document, stage)
        cells += len(steps) * min(len(entries), MAX_SIDE)
        if cells > MAX_CELLS:
            break
        told = [_of_step(document, step) for step in steps]
        pairs = _paired(told, entries)
        makers = sum(step.keyword in _LAYERS for step in steps)
        if not pairs or 2 * sum(steps[number].keyword in _LAYERS for number, _ in pairs) < makers:
            continue
        missed = len(steps) - len(pairs)
        score = sum(_likeness(told[number], entries[at]) for number, at in pairs) - missed / 2
        if best is None or score > best[0]:
            best = score, {at: steps[number] for number, at in pairs}, stage
    return _told(image, document, best[1], best[2], makes_layer) if best else None


def _told(image: Image, document: Dockerfile, matched: dict[int, Step], stage: Stage, makes_layer: Sequence[bool]) -> Image:
    start = document.lineage(stage)[-1].start
    base = Location(document.path, start.line, start.end_line) if start and start.words[:1] != ("scratch",) else None
    first = min(matched)
    places: list[Location | None] = []
    for at, makes in enumerate(makes_layer):
        step = matched.get(at)
        if makes and step is not None:
            places.append(Location(document.path, step.line, step.end_line))
        elif makes:
            places.append(base if at < first else None)
    layers = (replace(layer, instruction=place) for layer, place in zip(image.layers, places, strict=True))
    return replace(image, layers=tuple(layers))


def located(findings: Sequence[Vulnerability], image: Image, document: Dockerfile) -> list[Vulnerability]:
    """Each with the lines of the instruction that brought its package; of a RUN that names it, the line of its name."""
    by_name: dict[tuple[str, str], list[Predicted]] = {}
    for one in predicted(document):
        by_name.setdefault((one.package.type, one.package.name), []).append(one)
    found = []
    for finding in findings:
        place = image.layers[finding.layer].instruction if finding.layer is not None else None
        if place is not None:
            type = finding.package.removeprefix("pkg:").partition("/")[0]
            for one in by_name.get((type, finding.package_name), ()):
                if (place.line or 0) <= one.line and one.end_line <= (place.end_line or 0):
                    place = Location(place.path, one.line, one.end_line)
                    break
        found.append(replace(finding, location=place))
    return found


def _steps(document: Dockerfile, stage: Stage) -> list[Step]:
    lineage = reversed(document.lineage(stage))
    return [step for one in lineage for step in one.steps if not step.onbuild][-MAX_SIDE:]


def _paired(steps: Sequence[Entry], entries: Sequence[Entry]) -> list[tuple[int, int]]:
    """(step, entry) in order: the pairing of most likeness, then what is left between two pairs."""
    offset = max(0, len(entries) - MAX_SIDE)
    entries = entries[offset:]
    width = len(entries) + 1
    # best[i][j]: what steps[i:] and entries[j:] have in common at most
    best = [[0.0] * width for _ in range(len(steps) + 1)]
    alike: dict[tuple[int, int], float] = {}
    for i in range(len(steps) - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(width - 2, -1, -1):
            row[j] = max(row[j + 1], below[j])
            if steps[i].keyword == entries[j].keyword:
                likeness = _likeness(steps[i], entries[j])
                if likeness >= _LIKENESS:
                    alike[i, j] = likeness
                    row[j] = max(row[j], likeness + below[j + 1])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(steps) and j < width - 1:
        if best[i][j] == best[i][j + 1]:
            j += 1  # as late as may be
        elif (i, j) in alike and best[i][j] == alike[i, j] + best[i + 1][j + 1]:
            pairs.append((i, j + offset))
            i, j = i + 1, j + 1
        else:
            i += 1
    return _filled(pairs, steps, entries, offset)


def _filled(
    pairs: Sequence[tuple[int, int]], steps: Sequence[Entry], entries: Sequence[Entry], offset: int
) -> list[tuple[int, int]]:
    """With the steps between two pairs, and before the first, that stand beside as many entries of the same keywords."""
    if not pairs:
        return []
    found = list(pairs)
    before = (-1, pairs[0][1] - pairs[0][0] - 1)
    edges = [before, *pairs, (len(steps), len(entries) + offset)]
    for (step, entry), (next_step, next_entry) in pairwise(edges):
        between, others = range(step + 1, next_step), range(entry + 1, next_entry)
        if entry + 1 >= offset and [steps[i].keyword for i in between] == [entries[j - offset].keyword for j in others]:
            found += zip(between, others, strict=True)
    return sorted(found)


def _likeness(one: Entry, other: Entry) -> float:
    """Between 0 and 1, how much of their words they share."""
    if one.keyword in ("COPY", "ADD"):
        if one.target and other.target:
            same = one.target == other.target or other.target.endswith("/" + one.target)
            return (0.6 if same else 0.0) + 0.4 * _shared(one.words, other.words)
        return _shared(one.words, other.words)
    return _shared(one.words, other.words)


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    if not one and not other:
        return 1.0
    return 2 * len(one & other) / (len(one) + len(other))


def _of_step(document: Dockerfile, step: Step) -> Entry:
    one = step.instruction
    text = "\n".join([one.text, *(heredoc.content for heredoc in one.heredocs)])
    words = frozenset(_words(text))
    target = ""
    if step.keyword in ("COPY", "ADD") and one.words:
        target = _target(step.resolve(one.words[-1], document.escape))
    elif step.keyword not in ("RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK"):
        words = frozenset(_words(step.resolve(text, document.escape)))
    return Entry(step.keyword, words, target)


def _of_history(one: History) -> Entry:
    keyword, _, rest = build_step(one.created_by).partition(" ")
    target = _target(rest.split()[-1]) if keyword in ("COPY", "ADD") and rest.split() else ""
    return Entry(keyword, frozenset(_words(rest)) - {"in"}, target)


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in _WORDS.finditer(text) if match[0] not in ("/bin/sh", "-c"))


def _target(text: str) -> str:
    return text.strip("\"'[],").removeprefix("./").strip("/").removeprefix("./")

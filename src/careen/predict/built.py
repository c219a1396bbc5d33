"""Finds the instruction of a Dockerfile that made each layer of an image built from it.

The history must match the instructions of a stage, and of the stages it builds on, from the end backward. Entries before
them belong to the base image (FROM). The stage that explains most entries wins, so that an image of ``--target`` finds its
own. If an entry lacks its instruction, or a RUN, COPY or ADD its entry, the Dockerfile belongs to another image or has
changed since, and is ignored. An image without history cannot be matched.

| builder               | RUN                              | COPY, ADD                          | other instructions        |
|-----------------------|----------------------------------|------------------------------------|---------------------------|
| BuildKit              | ``RUN /bin/sh -c … # buildkit``  | ``COPY a /b # buildkit``           | as written, values filled |
| classic, Buildah      | ``/bin/sh -c …``                 | ``… #(nop) COPY file:1f2e in /b``  | ``/bin/sh -c #(nop) …``   |
| Kaniko                | ``RUN …``                        | ``COPY a /b``                      | not there                 |

**Source:** OCI image-spec, config.md, ``history``; what these builders write there.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.dockerfile.stages import Dockerfile, Stage, Step
from careen.model.finding import Location, Vulnerability
from careen.model.image import History, Image
from careen.output.summary import build_step

from .declared import Predicted, predicted

MAX_ENTRIES = 2000  # of a history, and steps of a stage; real images have some hundreds at most
MAX_COMPARED = 20_000  # steps of all stages together
_LAYERS = ("RUN", "COPY", "ADD")
_EXACT = ("CMD", "ENTRYPOINT", "USER", "VOLUME", "STOPSIGNAL", "SHELL")
_WORDS = re.compile(r"[^\s\"'\[\],;&|()\\]+")
_QUOTES = str.maketrans("", "", "\"'\\")
_HASHED = re.compile(r"(?:file|dir|multi):\w+ in ")  # replaces the sources of a COPY
_SHELL = frozenset(("/bin/sh", "-c", "cmd", "/S", "/C"))


class Entry(Struct, frozen=True, gc=False):
    """One entry of the history. ``text`` is what follows the keyword (RUN, COPY …), ``words`` are the words in it."""

    keyword: str
    text: str
    words: frozenset[str]
    makes_layer: bool


def with_instructions(image: Image, document: Dockerfile, base_layers: int | None = None) -> Image | None:
    """The image with the instruction of each layer; None if its history does not match the Dockerfile.

    ``base_layers`` is the proven number of layers of the base image: all other layers must have an instruction.
    """
    history = image.config.history
    if not 0 < len(history) <= MAX_ENTRIES or sum(not entry.empty_layer for entry in history) != len(image.layers):
        return None
    entries = [_of_history(entry) for entry in history]
    best: tuple[dict[int, Step], Stage] | None = None
    compared = 0
    for stage in reversed(document.stages):
        steps = _steps(document, stage)
        compared += len(steps)
        if compared > MAX_COMPARED:
            break
        pairs = _explained(steps, entries, _is_from_scratch(document, stage))
        if pairs and (best is None or len(pairs) > len(best[0])):
            best = pairs, stage
    if best is None or (base_layers is not None and _layers_before(min(best[0]), entries) > base_layers):
        return None
    return _with_places(image, document, best[0], best[1], [entry.makes_layer for entry in entries])


def _explained(steps: Sequence[Step], entries: Sequence[Entry], from_scratch: bool) -> dict[int, Step] | None:
    """The instruction of each entry above the base image; None if they do not match."""
    pairs: dict[int, Step] = {}
    at, missing = len(entries) - 1, False
    for step in reversed(steps):
        while at >= 0 and not _match(step, entries[at]) and _is_extra(entries[at], at_end=not pairs):
            at -= 1
        if at >= 0 and _match(step, entries[at]):
            pairs[at] = step
            at -= 1
        elif step.keyword in _LAYERS:
            return None
        else:
            missing = missing or step.keyword not in ("ARG", "WORKDIR")
    if missing and any(step.keyword not in (*_LAYERS, "ARG", "WORKDIR") for step in pairs.values()):
        return None  # a builder records all of them, or none
    return None if from_scratch and at >= 0 else pairs


def _is_extra(entry: Entry, at_end: bool) -> bool:
    """Whether an entry has no instruction: ``docker build --label`` adds one at the end, and the base image has
    triggers."""
    return not entry.makes_layer and (entry.keyword == "ONBUILD" or (at_end and entry.keyword == "LABEL"))


def _layers_before(place: int, entries: Sequence[Entry]) -> int:
    return sum(entry.makes_layer for entry in entries[:place])


def _is_from_scratch(document: Dockerfile, stage: Stage) -> bool:
    return document.lineage(stage)[-1].image == "scratch"


def _with_places(
    image: Image, document: Dockerfile, matched: dict[int, Step], stage: Stage, makes_layer: Sequence[bool]
) -> Image:
    start = document.lineage(stage)[-1].start
    base = Location(document.path, start.line, start.end_line) if start and not _is_from_scratch(document, stage) else None
    first = min(matched)
    places: list[Location | None] = []
    for at, makes in enumerate(makes_layer):
        step = matched.get(at)
        if makes and step is not None:  # Buildah may make one layer at the end, after an instruction without files
            made = step.keyword in (*_LAYERS, "WORKDIR")
            places.append(Location(document.path, step.line, step.end_line) if made else None)
        elif makes:
            places.append(base if at < first else None)
    layers = (replace(layer, instruction=place) for layer, place in zip(image.layers, places, strict=True))
    return replace(image, layers=tuple(layers))


def located(findings: Sequence[Vulnerability], image: Image, document: Dockerfile) -> list[Vulnerability]:
    """Findings with the lines of the instruction that installed the package, or the line of its name within a RUN."""
    by_name: dict[tuple[str, str], list[Predicted]] = {}
    for install in predicted(document):
        by_name.setdefault((install.package.type, install.package.name), []).append(install)
    found = []
    for finding in findings:
        place = image.layers[finding.layer].instruction if finding.layer is not None else None
        if place is not None:
            type = finding.package.removeprefix("pkg:").partition("/")[0]
            for install in by_name.get((type, finding.package_name), ()):
                if (place.line or 0) <= install.line and install.end_line <= (place.end_line or 0):
                    place = Location(place.path, install.line, install.end_line)
                    break
        found.append(replace(finding, location=place))
    return found


def _steps(document: Dockerfile, stage: Stage) -> list[Step]:
    lineage = reversed(document.lineage(stage))
    return [step for ancestor in lineage for step in ancestor.steps if not step.onbuild][-MAX_ENTRIES:]


def _of_history(entry: History) -> Entry:
    keyword, _, text = build_step(entry.created_by).partition(" ")
    return Entry(keyword, text, _words(text), not entry.empty_layer)


def _match(step: Step, entry: Entry) -> bool:
    """Whether a builder may have recorded this entry for that instruction; a variable matches anything."""
    instruction = step.instruction
    if step.keyword != entry.keyword:
        return False
    if step.keyword == "RUN":
        return _match_run(step, entry)
    if step.keyword in ("COPY", "ADD"):
        return _match_copy(step, entry)
    if step.keyword in ("ENV", "LABEL"):
        return all(_has_pair(name, value, entry) for name, value, _ in instruction.pairs)
    if step.keyword == "ARG":
        return all(_has_pair(word.partition("=")[0], "$", entry) for word in instruction.words)
    if step.keyword == "WORKDIR":
        return _same_target(instruction.text, entry.text)
    if step.keyword == "EXPOSE":
        return all(word.partition("/")[0] in entry.text for word in instruction.words if "$" not in word)
    shell = _SHELL | _words(" ".join(step.shell))
    need = _words(instruction.text) - shell - {"CMD", "NONE"}
    if "$" not in instruction.text and step.keyword in _EXACT:
        return need == entry.words - shell
    return _literal(need) <= entry.words


def _match_run(step: Step, entry: Entry) -> bool:
    instruction = step.instruction
    written = _words(instruction.text)
    content = frozenset(word for heredoc in instruction.heredocs for word in _words(heredoc.content))
    need = content or written
    around = (*instruction.flags, *step.shell, *(heredoc.name for heredoc in instruction.heredocs))
    may = need | written | _SHELL | _words(" ".join(around))
    return need - _SHELL <= entry.words <= may


def _match_copy(step: Step, entry: Entry) -> bool:
    instruction = step.instruction
    if not instruction.words:
        return False
    hashed = _HASHED.search(entry.text)
    if hashed:
        return _same_target(instruction.words[-1], entry.text[hashed.end() :])
    heredocs = {heredoc.name for heredoc in instruction.heredocs}
    need = frozenset(part for word in instruction.words if not word.startswith("<<") for part in word.split()) | heredocs
    have = frozenset(word.strip("\"',[]") for word in entry.text.split() if not word.startswith("--")) - {""}
    return _literal(need) <= have and (need == have or _literal(need) != need)


def _same_target(written: str, recorded: str) -> bool:
    """Whether a path of the Dockerfile is the one in the history, which may be below the working folder."""
    path, other = _plain(written), _plain(recorded)
    return "$" in written or not path or path == other or other.endswith("/" + path)


def _has_pair(name: str, value: str, entry: Entry) -> bool:
    """Whether the entry contains the pair; builders keep the quotes of a value, or drop them."""
    have = _words(entry.text.translate(_QUOTES))
    if "$" in name + value:
        return "$" in name or any(word.partition("=")[0] == name for word in have)
    value = value.translate(_QUOTES)
    return _words(f"{name}={value}") <= have or _words(f"{name} {value}") <= have


def _literal(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if "$" not in word)


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(text))


def _plain(text: str) -> str:
    return text.strip("\"'[], ").removeprefix("./").strip("/").removeprefix("./").removesuffix("/.").removesuffix(".")

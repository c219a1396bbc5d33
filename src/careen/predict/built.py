"""Which instruction of a Dockerfile made each layer of an image that was built from it.

History and instructions have to agree, from the end backward: each entry of the history is what the next instruction
writes there, until the instructions of a stage, and of those that it builds upon, are used up. What the history has before
that is the base image's, made by FROM. The stage is the one that explains most entries, so that an image of ``--target``
finds its own. One entry without its instruction, or a RUN, COPY or ADD without its entry, and it is another image's
Dockerfile, or one that has changed since: then nothing is said. An image without a history cannot be confirmed.

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

MAX_ENTRIES = 2000  # of a history, and steps of a stage: an image has at most some hundreds
MAX_COMPARED = 20_000  # steps of all stages together
_LAYERS = ("RUN", "COPY", "ADD")
_EXACT = ("CMD", "ENTRYPOINT", "USER", "VOLUME", "STOPSIGNAL", "SHELL")
_WORDS = re.compile(r"[^\s\"'\[\],;&|()\\]+")
_QUOTES = str.maketrans("", "", "\"'\\")
_HASHED = re.compile(r"(?:file|dir|multi):\w+ in ")  # what stands for the sources of a COPY
_SHELL = frozenset(("/bin/sh", "-c", "cmd", "/S", "/C"))


class Entry(Struct, frozen=True, gc=False):
    """One entry of the history: ``text`` is what follows the keyword."""

    keyword: str
    text: str
    words: frozenset[str]
    makes_layer: bool


def with_instructions(image: Image, document: Dockerfile, base_layers: int | None = None) -> Image | None:
    """The image whose layers say which instruction made them; None where the history does not agree with the Dockerfile.

    ``base_layers`` is how many the base image has, where that is proven: no other layer may lack its instruction.
    """
    history = image.config.history
    if not 0 < len(history) <= MAX_ENTRIES or sum(not one.empty_layer for one in history) != len(image.layers):
        return None
    entries = [_of_history(one) for one in history]
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
    return _told(image, document, best[0], best[1], [entry.makes_layer for entry in entries])


def _explained(steps: Sequence[Step], entries: Sequence[Entry], from_scratch: bool) -> dict[int, Step] | None:
    """The instruction of each entry above the base image; None where they do not agree."""
    pairs: dict[int, Step] = {}
    at, missing = len(entries) - 1, False
    for step in reversed(steps):
        while at >= 0 and not _agree(step, entries[at]) and _is_nobodys(entries[at], at_end=not pairs):
            at -= 1
        if at >= 0 and _agree(step, entries[at]):
            pairs[at] = step
            at -= 1
        elif step.keyword in _LAYERS:
            return None
        else:
            missing = missing or step.keyword not in ("ARG", "WORKDIR")
    if missing and any(step.keyword not in (*_LAYERS, "ARG", "WORKDIR") for step in pairs.values()):
        return None  # a builder writes all of them, or none
    return None if from_scratch and at >= 0 else pairs


def _is_nobodys(entry: Entry, at_end: bool) -> bool:
    """``docker build --label`` adds an entry at the end, and triggers are no steps of this build."""
    return not entry.makes_layer and (entry.keyword == "ONBUILD" or (at_end and entry.keyword == "LABEL"))


def _layers_before(place: int, entries: Sequence[Entry]) -> int:
    return sum(entry.makes_layer for entry in entries[:place])


def _is_from_scratch(document: Dockerfile, stage: Stage) -> bool:
    return document.lineage(stage)[-1].image == "scratch"


def _told(image: Image, document: Dockerfile, matched: dict[int, Step], stage: Stage, makes_layer: Sequence[bool]) -> Image:
    start = document.lineage(stage)[-1].start
    base = Location(document.path, start.line, start.end_line) if start and not _is_from_scratch(document, stage) else None
    first = min(matched)
    places: list[Location | None] = []
    for at, makes in enumerate(makes_layer):
        step = matched.get(at)
        if makes and step is not None:  # Buildah may make one layer at the end, after an instruction that writes nothing
            made = step.keyword in (*_LAYERS, "WORKDIR")
            places.append(Location(document.path, step.line, step.end_line) if made else None)
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
    return [step for one in lineage for step in one.steps if not step.onbuild][-MAX_ENTRIES:]


def _of_history(one: History) -> Entry:
    keyword, _, text = build_step(one.created_by).partition(" ")
    return Entry(keyword, text, _words(text), not one.empty_layer)


def _agree(step: Step, entry: Entry) -> bool:
    """Whether a builder may have written this entry for that instruction. What a variable stands for may be anything."""
    one = step.instruction
    if step.keyword != entry.keyword:
        return False
    if step.keyword == "RUN":
        return _agree_run(step, entry)
    if step.keyword in ("COPY", "ADD"):
        return _agree_copy(step, entry)
    if step.keyword in ("ENV", "LABEL"):
        return all(_has_pair(name, value, entry) for name, value, _ in one.pairs)
    if step.keyword == "ARG":
        return all(_has_pair(word.partition("=")[0], "$", entry) for word in one.words)
    if step.keyword == "WORKDIR":
        return _same_target(one.text, entry.text)
    if step.keyword == "EXPOSE":
        return all(word.partition("/")[0] in entry.text for word in one.words if "$" not in word)
    shell = _SHELL | _words(" ".join(step.shell))
    need = _words(one.text) - shell - {"CMD", "NONE"}
    if "$" not in one.text and step.keyword in _EXACT:
        return need == entry.words - shell
    return _literal(need) <= entry.words


def _agree_run(step: Step, entry: Entry) -> bool:
    one = step.instruction
    written = _words(one.text)
    content = frozenset(word for heredoc in one.heredocs for word in _words(heredoc.content))
    need = content or written
    around = (*one.flags, *step.shell, *(heredoc.name for heredoc in one.heredocs))
    may = need | written | _SHELL | _words(" ".join(around))
    return need - _SHELL <= entry.words <= may


def _agree_copy(step: Step, entry: Entry) -> bool:
    one = step.instruction
    if not one.words:
        return False
    hashed = _HASHED.search(entry.text)
    if hashed:
        return _same_target(one.words[-1], entry.text[hashed.end() :])
    heredocs = {heredoc.name for heredoc in one.heredocs}
    need = frozenset(part for word in one.words if not word.startswith("<<") for part in word.split()) | heredocs
    have = frozenset(word.strip("\"',[]") for word in entry.text.split() if not word.startswith("--")) - {""}
    return _literal(need) <= have and (need == have or _literal(need) != need)


def _same_target(written: str, told: str) -> bool:
    """A path as the Dockerfile has it, and as the history has it: the latter may be below the working directory."""
    path, other = _plain(written), _plain(told)
    return "$" in written or not path or path == other or other.endswith("/" + path)


def _has_pair(name: str, value: str, entry: Entry) -> bool:
    """Builders quote a value as it was written, or not at all."""
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

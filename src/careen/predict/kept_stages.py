"""The stages of which files get into the image.

**Source:** Dockerfile reference, COPY --from.
"""

from careen.formats.dockerfile.stages import Dockerfile


def copied_from(document: Dockerfile) -> frozenset[int]:
    """Stages whose files get into the image, directly or through other stages."""
    reached = set(document.kept())
    waiting = list(reached)
    while waiting:
        for step in document.stages[waiting.pop()].of("COPY"):
            source = document.stage_named(step.instruction.flag("from") or "")
            for stage in document.lineage(source) if source else ():
                if stage.index not in reached:
                    reached.add(stage.index)
                    waiting.append(stage.index)
    return frozenset(reached)


def copied_whole(document: Dockerfile) -> frozenset[int]:
    """Stages whose whole file system, including system packages, is copied into a kept stage."""
    kept = set(document.kept())
    for step in document.of("COPY"):
        source = document.stage_named(step.instruction.flag("from") or "")
        if step.stage in kept and source is not None and "/" in step.instruction.words[:-1]:
            kept |= {stage.index for stage in document.lineage(source)}
    return frozenset(kept)

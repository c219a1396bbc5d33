"""``careen fix --base-tags``: the tags that an image could build on as a table, and the FROM that the diff changes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from careen.app.base_images import BaseTag, BaseTags
    from careen.app.dockerfile_patch import From
    from careen.formats.dockerfile.stages import Dockerfile, Stage


def base_stage(dockerfile: "Dockerfile") -> "Stage | None":
    """The stage whose FROM names the base image of the last stage."""
    stage = dockerfile.stages[-1] if dockerfile.stages else None
    while stage is not None and stage.parent is not None:
        stage = dockerfile.stages[stage.parent]
    return stage


def from_of(stage: "Stage | None", tags: "BaseTags | None") -> "From | None":
    """The change of that FROM to the chosen tag, with its digest."""
    from careen.app.dockerfile_patch import From

    choice = tags.choice if tags else None
    if stage is None or stage.start is None or choice is None or choice.error:
        return None
    return From(stage.start, stage.image, choice.pinned)


def tag_lines(tags: "BaseTags") -> Iterator[object]:
    from careen.output.escape import visible
    from careen.output.lines import Whole

    yield ""
    where = "in its layers" if tags.by_layers else "in its present image, since the image does not show its base layers"
    yield f"Base image {visible(tags.reference)}: {tags.findings} findings {where}"
    yield "   tag      findings  removes  adds        size"
    for tag in tags.tags:
        yield Whole(_line(tag) + (f"  {visible(tag.pinned, 400)}" if not tag.error else ""))
        if tag.error:
            yield f"            {visible(tag.reference)}: {visible(tag.error)}"
    if tags.choice is not None and not tags.choice.error:
        yield Whole(f"   FROM {visible(tags.choice.pinned, 400)}")


def _line(tag: "BaseTag") -> str:
    kind = f"   {tag.kind:<8}"
    if tag.error or tag.coverage == "not_assessed":
        return f"{kind} not assessed"
    return f"{kind} {tag.findings:>8} {tag.removes:>8} {tag.adds:>5} {tag.size_bytes / 1e6:>8.1f} MB"

"""The distribution gets no more fixes."""

from collections.abc import Iterator
from datetime import date

from careen.formats.imagedocument import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    try:
        ends = date.fromisoformat((document.end_of_life or "")[:10])
    except ValueError:
        return
    if document.today and ends < document.today:
        yield Place(f"its support ended on {ends}")


CHECK = Check(
    id="IMG-026",
    title="The distribution gets no more fixes",
    severity="high",
    why="Flaws that are found from now on stay, and many are not even written down for this release.",
    fix="Move to a release that is supported.",
    references=("CWE-1104",),
    inspect=inspect,
    good=(
        """\
today: 2026-06-01
end_of_life: "2028-06-30"
""",
    ),
    bad=(
        """\
today: 2026-06-01
end_of_life: "2024-06-30"
""",
    ),
)

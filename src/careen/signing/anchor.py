"""What a release is made with: where the database is published, and the root that its publications are verified by.

``make release DATABASE=oci://… ROOT=root.json`` writes the addresses here, and lays the root beside this file. A source
checkout has neither: nothing is published for it, and a root of one's own is named by ``--root`` or the setting ``db_root``.
"""

from pathlib import Path

DATABASE: tuple[str, ...] = ()


def addresses(chosen: tuple[str, ...]) -> tuple[str, ...]:
    """Where publications are looked for: where the user says ("off": nowhere), else where the release does."""
    return () if chosen == ("off",) else chosen or DATABASE


def root() -> bytes | None:
    file = Path(__file__).with_name("root.json")
    return file.read_bytes() if file.is_file() else None

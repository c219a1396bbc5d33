"""The trust anchors of a release of Careen: the address of the published database, and the root that verifies its
publications.

``make release DATABASE=oci://… ROOT=root.json`` writes the addresses into this file, and puts the root next to it. A
source checkout has neither: no database is published for it, and ``--root`` or the setting ``db_root`` names your own
root.
"""

from pathlib import Path

DATABASE: tuple[str, ...] = ()


def addresses(chosen: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses of publications: those that the user chose ("off": none), else those of the release."""
    return () if chosen == ("off",) else chosen or DATABASE


def root() -> bytes | None:
    file = Path(__file__).with_name("root.json")
    return file.read_bytes() if file.is_file() else None

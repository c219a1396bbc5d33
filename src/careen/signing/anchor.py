"""What a release is made with: where the database is published, and the root that its publications are verified by.

``make release DATABASE=oci://… ROOT=root.json`` writes the addresses here, and lays the root beside this file. A source
checkout has neither: nothing is published for it, and a root of one's own is named by ``--root`` or the setting ``db_root``.
"""

from pathlib import Path

DATABASE: tuple[str, ...] = ()


def root() -> bytes | None:
    file = Path(__file__).with_name("root.json")
    return file.read_bytes() if file.is_file() else None

"""Which files are examined, and as what: by the first bytes, else by the name."""

import re

from .files import Kind

SUFFIXES: dict[str, Kind] = {
    ".py": "python", ".js": "javascript", ".cjs": "javascript", ".mjs": "javascript", ".jsx": "javascript",
    ".ts": "javascript", ".tsx": "javascript", ".mts": "javascript", ".cts": "javascript", ".sh": "shell",
    ".bash": "shell", ".pl": "perl", ".pm": "perl", ".rb": "ruby", ".php": "php", ".pth": "python",
    ".jsp": "jsp", ".jspf": "jsp", ".jspx": "jsp", ".lua": "lua",
}  # fmt: skip
_INTERPRETERS: tuple[tuple[str, Kind], ...] = (
    ("python", "python"), ("node", "javascript"), ("perl", "perl"), ("ruby", "ruby"), ("php", "php"), ("lua", "lua"),
    ("sh", "shell"),
)  # fmt: skip
_ELF, _PE = b"\x7fELF", b"MZ"
_FIRST_LINE = re.compile(rb"#![ \t]{0,9}(?:\S{0,200}/)?(?:env[ \t]{1,9}(?:-\S{1,20}[ \t]{1,9})?)?([A-Za-z]{2,20})")
# Files that a shell or a scheduler runs, although they need no line ``#!`` at their beginning.
_SHELL_PLACES = re.compile(
    r"(?:^|/)(?:etc/(?:profile|profile\.d/.*|rc\.local|cron.*)|\.bashrc|\.profile|\.bash_profile|\.zshrc)$"
)
_UNIT = re.compile(r"(?:^|/)systemd/(?:system|user)/[^/]+\.(?:service|socket|timer|path)$")


def kind_by_name(path: str) -> Kind | None:
    """The kind of a file by its name; None if the name does not show it."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    if dot >= 0 and (kind := SUFFIXES.get(name[dot:].lower())):
        return kind
    if name == "package.json":
        return "manifest"
    if _UNIT.search(path):
        return "unit"
    return "shell" if _SHELL_PLACES.search(path) else None


def kind_of(path: str, head: bytes) -> Kind | None:
    """The kind of a file; None for a file that is not a program or script, nor a manifest or unit that starts one."""
    if head.startswith((_ELF, _PE)):
        return "program"
    if match := _FIRST_LINE.match(head):
        name = match[1].decode()
        return next((kind for start, kind in _INTERPRETERS if name.startswith(start) or name.endswith(start)), "other")
    return kind_by_name(path) if b"\0" not in head[:1024] else None

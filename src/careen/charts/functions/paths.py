"""Functions of paths, by their text alone."""

import posixpath

from .arguments import typed


def _base(path: str) -> str:
    return posixpath.basename(path.rstrip("/")) or ("/" if path.startswith("/") else ".")


def _dir(path: str) -> str:
    return posixpath.normpath(posixpath.dirname(path) or ".")


def _ext(path: str) -> str:
    name = path.rpartition("/")[2]
    return "." + name.rpartition(".")[2] if "." in name else ""


_PLAIN = {
    "base": typed("s", _base),
    "clean": typed("s", lambda path: posixpath.normpath(path or ".")),
    "dir": typed("s", _dir),
    "ext": typed("s", _ext),
    "isAbs": typed("s", lambda path: path.startswith("/")),
}

FUNCTIONS = {**_PLAIN, **{f"os{name[0].upper()}{name[1:]}": function for name, function in _PLAIN.items()}}

"""Where code is that only its content identifies: a copy in a folder, or a file that was built of it, as a bundle is."""

from collections.abc import Iterator
from posixpath import dirname

from careen.model.package import Package


def copies_of(package: Package) -> Iterator[tuple[str, str]]:
    """("copy", its folder) or ("bundle", the file), for each evidence. A copy of one file is in that file."""
    paths = [evidence.path for evidence in package.evidence]
    if package.origin is None or package.origin.modified is None:
        yield from (("bundle", path.partition("!/")[0]) for path in paths)
        return
    folders = {dirname(path) for path in paths}
    tops = {top for top in folders if not any(_lies_below(top, other) for other in folders)}
    counts = {top: sum(_is_in(path, top) for path in paths) for top in tops}
    for path in paths:
        top = next(top for top in tops if _is_in(path, top))
        yield "copy", top if top and counts[top] > 1 else path


def _is_in(path: str, folder: str) -> bool:
    return dirname(path) == folder or _lies_below(path, folder)


def _lies_below(path: str, folder: str) -> bool:
    return path != folder and (not folder or path.startswith(f"{folder}/"))

"""Builds the site: ``python docs/site/build.py [FOLDER]`` (default: ``.cache/site``). It needs the extra ``docs``.

The pages of ``docs`` and a few files of the project are copied aside, get the navigation of ``nav.toml``, and are given to
Sphinx. Warnings are errors. Links to files that are not part of the site become text.
"""

import os
import re
import shutil
import sys
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs"
MORE = "More pages"
MODULES = ("sphinx", "myst_parser", "furo")
# Files of the project that are pages of the site.
OTHERS = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
    "README.md": "readme.md",
    **{f"benchmarks/{path.name}": f"benchmarks/{path.name}" for path in sorted((ROOT / "benchmarks").glob("*.md"))},
}
ANCHOR = re.compile(r'^<a id="([\w-]+)"></a>', re.MULTILINE)
UNLISTED = ("readme", "code-of-conduct")  # pages that other pages link to
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^)\s]+)\)")


def main() -> int:
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        sys.stdout.write(f"site: skipped, as {', '.join(missing)} is not installed: pip install 'careen[docs]'\n")
        return 0
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".cache/site"
    return build(target)


def build(target: Path) -> int:
    """The exit code of Sphinx."""
    from sphinx.cmd.build import build_main

    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder))
        shutil.rmtree(target, ignore_errors=True)
        options = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(HERE), "-d", f"{folder}/.doctrees"]
        return build_main([*options, folder, str(target)])


def stage(folder: Path) -> None:
    """All pages with their pictures, and an index page with the navigation."""
    places = {path: folder / path.relative_to(DOCS) for path in DOCS.rglob("*") if path.suffix in (".md", ".png", ".svg")}
    places = {path: place for path, place in places.items() if HERE not in path.parents}
    places |= {ROOT / source: folder / name for source, name in OTHERS.items() if (ROOT / source).is_file()}
    places |= {path: folder / "benchmarks" / path.name for path in (ROOT / "benchmarks").glob("*.svg")}
    for path, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            place.write_text(_page(path, place, places), "utf-8")
        else:
            shutil.copyfile(path, place)
    pages = {place.relative_to(folder).with_suffix("").as_posix() for place in places.values() if place.suffix == ".md"}
    home = (HERE / "home.md").read_text("utf-8").replace("](../", "](")
    (folder / "index.md").write_text(home + "".join(_section(*entry) for entry in sections(pages)), "utf-8")


def sections(pages: set[str]) -> list[tuple[str, str, list[str]]]:
    """(title, about, pages that are there); the last has the pages of no section."""
    named = tomllib.loads((HERE / "nav.toml").read_text("utf-8"))["section"]
    found = [(entry["title"], entry["about"], [page for page in entry["pages"] if page in pages]) for entry in named]
    rest = in_no_section(pages)
    return [*found, (MORE, "Pages that stand in no section yet.", rest)] if rest else found


def in_no_section(pages: set[str]) -> list[str]:
    """But for the decisions, which their own list has, and the README, which the home page stands for."""
    named = {page for entry in tomllib.loads((HERE / "nav.toml").read_text("utf-8"))["section"] for page in entry["pages"]}
    return sorted(page for page in pages - named if not page.startswith("adr/") and page not in UNLISTED)


def _section(title: str, about: str, pages: list[str]) -> str:
    tree = f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n" + "\n".join(pages) + "\n```\n"
    links = "\n".join(f"- [](/{page}.md)" for page in pages)
    return f"\n## {title}\n\n{about}\n\n{links}\n{tree}"


def _page(path: Path, place: Path, places: dict[Path, Path]) -> str:
    text = path.read_text("utf-8")
    parts = re.split(r"(^```.*?^```[ \t]*$)", text, flags=re.MULTILINE | re.DOTALL)  # code blocks keep what they have
    parts[::2] = [ANCHOR.sub(r"(\1)=\n", part) for part in parts[::2]]
    parts[::2] = [LINK.sub(lambda match: _link(match, path, place, places), part) for part in parts[::2]]
    front = "---\norphan: true\n---\n\n" if place.stem in UNLISTED else ""
    heading = "" if re.search(r"^# ", text, re.MULTILINE) else f"# {path.stem}\n\n"
    return front + heading + "".join(parts) + _decisions(path)


def _link(match: "re.Match[str]", path: Path, place: Path, places: dict[Path, Path]) -> str:
    """The link from the page's new place; its text if the site does not have the file."""
    mark, text, target = match.groups()
    if re.match(r"[a-z]+:|#", target):
        return match[0]
    file, hash, anchor = target.partition("#")
    whole = (path.parent / file).resolve()
    if whole not in places:
        return text
    if anchor and f'<a id="{anchor}">' in whole.read_text("utf-8"):
        return f"[{text}](#{anchor})"
    there = Path(os.path.relpath(places[whole], place.parent)).as_posix()
    return f"{mark}[{text}]({there}{hash}{anchor})"


def _decisions(path: Path) -> str:
    """The list of decisions is the navigation of their pages."""
    if path != DOCS / "adr/README.md":
        return ""
    names = sorted(entry.stem for entry in path.parent.glob("0*.md"))
    return "\n```{toctree}\n:hidden:\n\n" + "\n".join(names) + "\n```\n"


if __name__ == "__main__":
    sys.exit(main())

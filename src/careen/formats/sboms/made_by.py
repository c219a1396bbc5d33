"""The tool that made an SBOM, as the document states it."""

_MAX_LENGTH = 100


def named(name: str, version: str = "") -> str:
    """A tool's name and version as one text, "syft 1.19.0"; "" without a name."""
    return f"{name.strip()} {version.strip()}".strip()[:_MAX_LENGTH] if name.strip() else ""


def creator(texts: list[str]) -> str:
    """The first tool among the creators of an SPDX document ("Tool: syft-1.19.0"); "" if there is none."""
    tools = (text.partition("Tool:")[2] for text in texts if text.strip().startswith("Tool:"))
    return next(filter(None, map(named, tools)), "")

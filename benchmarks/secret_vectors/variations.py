"""The ways in which people write the same file: comments before it, another line ending, no last one."""

from .draws import Draws
from .kind import Placed

_COMMENTS = {
    "# ": (".env", ".yaml", ".yml", ".toml", ".tf", ".tfvars", ".conf", ".ini", ".properties", ".rb", ".py", ".service"),
    "// ": (".java", ".js", ".ts", ".go", ".kt", ".cs", ".rs"),
}
_WINDOWS = (".json", ".config", ".cs", ".ps1", ".bat", ".ini", ".properties", ".yml", ".xml", ".env", ".txt")


def varied(draws: Draws, placed: Placed) -> Placed:
    path, text, value = placed
    if not draws.between(0, 3):
        text = _commented(draws, path, text)
    if not draws.between(0, 7) and path.endswith(_WINDOWS) and "\r" not in text:
        text, value = text.replace("\n", "\r\n"), value.replace("\n", "\r\n")
    elif not draws.between(0, 7):
        text = text.rstrip("\n")
    return Placed(path, text, value if value in text else value.rstrip("\r\n"))


def _commented(draws: Draws, path: str, text: str) -> str:
    """With a head of some lines or some hundreds of them, as licences and long manuals within a file are."""
    sign = next((sign for sign, endings in _COMMENTS.items() if path.endswith(endings)), "")
    if not sign or text.startswith("---"):
        return text
    lines = [f"{sign}the {draws.word()} of the {draws.word()} is read by the {draws.word()}\n" for _ in range(4)]
    return "".join(lines * draws.one((1, 1, 5, 100))) + text

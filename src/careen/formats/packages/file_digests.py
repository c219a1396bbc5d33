"""Digests of files that package databases record, as ``ALGORITHM:HEX``, and for which files they are kept.

Only programs are compared with them: what lies in folders of data, or has the name of data or of a module of a language, is
left out, as are byte code and documentation, which slim images rewrite and delete.
"""

DATA_FOLDERS = ("usr/share/", "usr/include/", "usr/local/", "usr/src/", "etc/", "var/", "srv/", "boot/")
DATA_SUFFIXES = (
    ".a", ".c", ".cc", ".conf", ".cpp", ".css", ".el", ".elc", ".enc", ".gz", ".h", ".hpp", ".html", ".js", ".json", ".la",
    ".m4", ".map", ".md", ".mo", ".o", ".pc", ".ph", ".pl", ".pm", ".pod", ".png", ".py", ".pyc", ".pyi", ".rb", ".svg",
    ".tcl", ".txt", ".xml", ".yaml", ".yml",
)  # fmt: skip


def may_be_program(path: str) -> bool:
    return not path.startswith(DATA_FOLDERS) and not path.endswith(DATA_SUFFIXES)

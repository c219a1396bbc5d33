"""Digests of programs, for the comparison with those that package databases record (``layers.integrity``).

Of every ELF file, and every script with an execute bit, that may be a program. The path and the first bytes decide which
digests are computed (``formats.packages.file_digests``); if the database records another one, the file is read once more.
"""

from careen.formats.packages.file_digests import ELF, SCRIPT, Digesting, first_algorithms, may_be_program
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants


def read(file: File) -> Digesting | None:
    algorithms = first_algorithms(file.path, file.data)
    return Digesting(algorithms) if algorithms and may_be_program(file.path) else None


CATALOGER = Cataloger(
    name="program_digests",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(anywhere=True, magic=(ELF,), amount="stream"), read),
        Reader(Wants(executables=True, magic=(SCRIPT,), amount="stream"), read),
    ),
    fact=str,
    role="digests",
    limits="Programs of macOS and Windows.",
)

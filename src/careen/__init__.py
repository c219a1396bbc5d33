"""Careen: finds vulnerable software in container images, and advises what to do.

The names of ``__all__`` are the library: those of ``careen.api``, imported when one is first used, since every module
imports this one.
"""

TYPE_CHECKING = False  # as in ``typing``, which takes longer to import than a library should

__version__ = "0.1.0"
HOME = ""  # the address of the project, as in its metadata; there is none yet

__all__ = [
    "BehaviourFinding", "Check", "Compose", "Coverage", "Database", "DatabaseError", "DatabaseInfo", "Dockerfile", "Error", "ExposedSecret",
    "FeedResult", "Finding", "Image", "ImageDocument", "InputError", "IntegrityFinding", "Inventory", "LicenceFinding",
    "Manifests", "Misconfiguration", "NetworkError", "Package", "Place", "Progress", "Report", "Running", "Settings", "Unknown",
    "UpdateResult", "UsageError", "Verdict", "Vulnerability", "check", "inventory", "make_settings", "match", "read_report",
    "render", "scan",
]  # fmt: skip

if TYPE_CHECKING:
    from careen.api import *
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module("careen.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

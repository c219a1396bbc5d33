"""Command lines as other scanners have them: their meaning for Careen.

A word that Careen does not have is looked up in the tables ``commands`` and ``flags``. A line whose words all have
the same meaning here is run. Any other line ends with exit code 2 and the exact line to type, since a gate must not
change its meaning.
"""

from .line import corrected, meant

__all__ = ["corrected", "meant"]

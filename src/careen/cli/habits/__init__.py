"""Command lines in the words of other scanners: what they mean here.

A word that Careen does not know is looked up in the tables ``commands`` and ``flags``. A line whose words all have the same
meaning here is run. Any other line ends with exit code 2 and the exact line to type, since a gate must not change its meaning.
"""

from .line import corrected, meant

__all__ = ["corrected", "meant"]

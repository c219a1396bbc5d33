"""``careen doctor``: checks what a scan needs on this machine, and lists what to do.

Nothing is changed except that a missing cache folder is created. No secret is shown: of credentials only the names of
hosts, files and helpers. Network requests end after a few seconds; with ``offline`` there are none.
"""

from .examine import examine
from .line import Line, state_of

__all__ = ["Line", "examine", "state_of"]

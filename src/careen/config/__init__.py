"""Settings of one run, and the source of each: settings file < environment < flag.

Every field of ``Settings`` is a key of the file, a variable ``CAREEN_<KEY>`` and (but for the password and the key) a flag
``--<key>``; its description is the help text and the reference page. The file is ``$XDG_CONFIG_HOME/careen/config.toml``
or the one named by ``--config`` or ``CAREEN_CONFIG``; nothing is ever read from the working folder.
"""

from .fields import choices, description, field_by_key, is_list, is_switch
from .load import Loaded, default_cache_dir, load, settings_of
from .settings import SECRET, SIZE, ComplianceView, Settings
from .values import nearest, shown

__all__ = [
    "SECRET", "SIZE", "ComplianceView", "Loaded", "Settings", "choices", "default_cache_dir", "description", "field_by_key",
    "is_list", "is_switch", "load", "nearest", "settings_of", "shown",
]  # fmt: skip

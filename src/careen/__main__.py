"""Runs Careen as ``python -m careen``.

``-m`` puts the working folder first in ``sys.path``, and a scanner runs in folders of strangers: the folder is
removed before anything is imported from it. A folder ``careen`` there is found before this file is, so call
``careen`` or ``python -P -m careen`` in such places.
"""

import sys

if __spec__ is not None and not sys.flags.safe_path:
    del sys.path[0]

from careen.cli.main import main

sys.exit(main())

"""``python -m careen``.

``-m`` puts the working folder before everything else that modules come from, and a scanner runs in other people's code: the
folder leaves ``sys.path`` before anything is imported from it. A folder ``careen`` there is found before this file is, so
whoever runs in such places calls ``careen`` or ``python -P -m careen``.
"""

import sys

if __spec__ is not None and not sys.flags.safe_path:
    del sys.path[0]

from careen.cli.main import main

sys.exit(main())

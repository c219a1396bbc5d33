"""Go's text templates: ``parse`` reads a file, ``Templates`` runs the templates in it with functions and data.

Values are plain Python: dict, list, str, int, float, bool, None, bytes, and ``Object`` for values with methods.
Raises: TemplateError, with the name and line of the template.
**Source:** Go, package text/template.
"""

from .errors import TemplateError
from .objects import Object
from .parse import parse
from .run import Templates

__all__ = ["Object", "TemplateError", "Templates", "parse"]

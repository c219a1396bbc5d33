"""Why a template cannot be read or run."""


class TemplateError(ValueError):
    """The reason why a template cannot be read or run. ``name`` and ``line`` are those of the template, as far as
    they are known."""

    def __init__(self, message: str, name: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message, self.name, self.line = message, name, line

    def at(self, name: str, line: int) -> "TemplateError":
        """The same error with a place, unless it has one."""
        return self if self.line else TemplateError(self.message, name, line)

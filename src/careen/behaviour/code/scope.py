"""The variables of a function that is read from its beginning to its end."""


class Scope:
    """``end``: where the function ends. ``of_requests``: variables with a value of a request. ``fixed``: variables that were
    only set to constants.
    """

    def __init__(self, end: int) -> None:
        self.end = end
        self.of_requests: set[bytes] = set()
        self.fixed: set[bytes] = set()
        self._changed: set[bytes] = set()

    def set(self, name: bytes, of_request: bool, changes: bool, replaces: bool) -> None:
        """``replaces``: the variable loses the value that it had."""
        if of_request:
            self.of_requests.add(name)
        elif replaces:
            self.of_requests.discard(name)
        if changes:
            self._changed.add(name)
            self.fixed.discard(name)
        elif replaces and name not in self._changed:
            self.fixed.add(name)

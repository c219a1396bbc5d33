"""The meaning of a word of another scanner's command line for Careen."""

from msgspec import Struct


class Meaning(Struct, frozen=True):
    """How a word of another scanner's line reads in Careen. ``words`` take its place. ``why``: how the meaning
    differs; "" if it is the same.

    ``command``: the command of Careen that the line belongs to, if the word changes it. ``alone``: nothing else of
    the line is of use with that command.
    """

    words: tuple[str, ...] = ()
    why: str = ""
    command: str = ""
    alone: bool = False


SAME = Meaning()

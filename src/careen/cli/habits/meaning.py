"""What a word of another scanner's command line means here."""

from msgspec import Struct


class Meaning(Struct, frozen=True):
    """``words`` take the word's place. ``why``: how it differs; "" if the meaning is the same.

    ``command``: the command of Careen that the line belongs to, if the word changes it. ``alone``: nothing else of the line
    is of use there.
    """

    words: tuple[str, ...] = ()
    why: str = ""
    command: str = ""
    alone: bool = False


SAME = Meaning()

"""Features of files as bytes, to be kept: with another knowledge base the files need not be read again."""

from collections.abc import Iterable, Mapping

import numpy as np

from .features import Features
from .spans import Hashes


def packed(features: Features, families: Iterable[str]) -> dict[str, bytes]:
    """The bytes of each of the families that the file has."""
    return {family: features[family].astype("<u8").tobytes() for family in families if family in features}


def unpacked(kept: Mapping[str, bytes]) -> dict[str, Hashes]:
    """The features in bytes of ``packed``. Raises ValueError if they are damaged."""
    return {family: np.frombuffer(data, "<u8").astype(np.uint64) for family, data in kept.items()}

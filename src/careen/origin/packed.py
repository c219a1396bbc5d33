"""Features of files as bytes, to be kept: with another knowledge base the files need not be read again."""

from collections.abc import Collection, Mapping

import numpy as np

from .features import Features
from .spans import Hashes


def packed(features: Features, left_out: Collection[str] = ()) -> dict[str, bytes]:
    """A family that is left out is not computed."""
    return {family: features[family].astype("<u8").tobytes() for family in features if family not in left_out}


def unpacked(kept: Mapping[str, bytes]) -> dict[str, Hashes]:
    """Raises ValueError if it is damaged."""
    return {family: np.frombuffer(data, "<u8").astype(np.uint64) for family, data in kept.items()}

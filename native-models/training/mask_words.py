"""The words that the phrase segmenter knows, and which of them an object answers to."""

from __future__ import annotations

import numpy as np

from domain import CLASS_NAMES, COLOUR_NAMES, TRAINING_PATTERNS
from scenes import Look

# The order is that of the network's maps; pack/segmenter/config.json repeats it.
WORDS: list[str] = [*CLASS_NAMES, *COLOUR_NAMES, *TRAINING_PATTERNS]
YES, NO, UNKNOWN = 1, 0, -1


def object_labels(class_name: str, look: Look) -> np.ndarray:
    """int8 [words]: 1 where the word fits, 0 where it does not, -1 where nobody can say.

    Nobody can say which colour words fit a drawing in its own colours, or a pattern's unnamed second colour.
    """
    labels = dict.fromkeys(WORDS, NO)
    labels[class_name] = YES
    if look.colour is None:
        labels.update(dict.fromkeys(COLOUR_NAMES, UNKNOWN))
    else:
        labels[look.colour] = YES
        if look.second_colour is not None:
            labels[look.second_colour] = YES if look.pattern == "two-tone" else UNKNOWN
    if look.pattern is not None:
        labels[look.pattern] = YES
    return np.array([labels[word] for word in WORDS], np.int8)

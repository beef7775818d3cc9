"""The starter pack's domain: what it can draw, and in which words.

Fewer classes done well beat many done badly: twelve objects, eight places, seven colours, a few patterns.
"""

from __future__ import annotations

IMAGE_SIZE = 256
LATENT_SIZE = 32
LATENT_CHANNELS = 4

# Class -> Unicode code points of its drawings (the file names in every emoji set).
CLASSES: dict[str, list[str]] = {
    "cat": ["1f431", "1f408"],
    "dog": ["1f436", "1f415"],
    "rabbit": ["1f430", "1f407"],
    "penguin": ["1f427"],
    "car": ["1f697", "1f699"],
    "guitar": ["1f3b8"],
    "teddy": ["1f9f8"],
    "balloon": ["1f388"],
    "robot": ["1f916"],
    "flower": ["1f33b", "1f33c"],
    "house": ["1f3e0"],
    "mushroom": ["1f344"],
}
CLASS_NAMES = list(CLASSES)

# Drawings that training never sees, besides the whole Twemoji set.
HELD_OUT_DRAWINGS = {("noto", "1f408"), ("noto", "1f415"), ("noto", "1f699"), ("noto", "1f33c")}
TRAINING_SOURCES = ("fluent", "noto")
HELD_OUT_SOURCE = "twemoji"

# Colour word -> hue in degrees.
COLOURS: dict[str, float] = {
    "red": 0.0,
    "orange": 28.0,
    "yellow": 52.0,
    "green": 120.0,
    "blue": 216.0,
    "purple": 276.0,
    "pink": 322.0,
}
COLOUR_NAMES = list(COLOURS)

# Patterns painted on the objects; the held-out ones are for evaluation only.
TRAINING_PATTERNS = ("striped", "dotted", "two-tone")
HELD_OUT_PATTERNS = ("checked", "zigzag")

BACKGROUNDS = ("beach", "forest", "desert", "room", "meadow", "snow", "sunset", "mountain")

# Pairs of classes that training scenes never contain together: the compositions of the evaluation.
HELD_OUT_PAIRS = {
    frozenset(pair)
    for pair in (
        ("cat", "guitar"),
        ("dog", "car"),
        ("rabbit", "balloon"),
        ("teddy", "robot"),
        ("penguin", "house"),
        ("flower", "mushroom"),
        ("cat", "dog"),
        ("guitar", "car"),
    )
}

# Every word of a caption. The tokenizer makes one token of each.
FUNCTION_WORDS = ("a", "photo", "of", "and", "background", ",")
PATTERN_WORDS = ("striped", "dotted", "two", "tone", "checked", "zigzag", "-")
CAPTION_WORDS = (*FUNCTION_WORDS, *PATTERN_WORDS, *COLOUR_NAMES, *BACKGROUNDS, *CLASS_NAMES)

MAX_TOKENS = 24

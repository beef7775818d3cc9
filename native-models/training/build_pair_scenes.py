"""Draws real scenes of the pairs that training never showed together, as a reference for what is drawn from prompts.

    python build_pair_scenes.py --sprites sprites.npz --out WORK/pair-scenes

Every pair of HELD_OUT_PAIRS in every place, in its own colours, from training's drawings; the same files as
build_preparation_scenes.py writes. They are for measuring (test/bench/first-draws.ts), never for training.
"""

from __future__ import annotations

import argparse
from itertools import count as numbers

import numpy as np

from build_preparation_scenes import build
from domain import BACKGROUNDS, HELD_OUT_PAIRS
from scenes import Artwork, Look, Scene, compose, random_boxes, random_training_drawing

SEED = 75_000
SCENES = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=SCENES)
    options = parser.parse_args()
    pairs = sorted(sorted(pair) for pair in HELD_OUT_PAIRS)
    index = numbers()

    def pair_scene(rng: np.random.Generator, artwork: Artwork, bank: dict[str, list[np.ndarray]]) -> Scene:
        at = next(index)
        names, place = pairs[at % len(pairs)], BACKGROUNDS[at // len(pairs) % len(BACKGROUNDS)]
        background = bank[place][rng.integers(len(bank[place]))]
        drawings = [random_training_drawing(rng, artwork, name) for name in names]
        flips = [bool(rng.random() < 0.5) for _ in names]
        return compose(place, background, drawings, [Look()] * len(names), random_boxes(len(names), rng, names), flips, rng)

    build(Artwork(options.sprites), options.out, SEED, options.count, pair_scene)


if __name__ == "__main__":
    main()

"""Draws the training and validation scenes.

    python make_dataset.py --sprites sprites.npz --out data/train-0 --count 4000 --seed 100

Writes OUT-images.npy (uint8 [count, 256, 256, 3]), OUT-masks.npy (uint8 [count, 3, 64, 64]: visible objects) and
OUT-meta.json (captions, places, classes and looks). Different seeds also draw different backgrounds.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import cv2
import numpy as np

from domain import IMAGE_SIZE
from scenes import Artwork, make_background_bank, random_caption, random_scene

MASK_SIZE = 64


def dataset_options(description: str | None) -> argparse.Namespace:
    """What every script that draws a data set takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seconds", type=float, help="end after so long, with the scenes drawn until then")
    return parser.parse_args()


def has_time(options: argparse.Namespace, started: float) -> bool:
    return options.seconds is None or time.monotonic() - started < options.seconds


def save_dataset(out: str, meta: list, **arrays: np.ndarray) -> None:
    """Writes OUT-NAME.npy for each array and OUT-meta.json, with one entry per scene. The latter comes last, whole."""
    for name, array in arrays.items():
        np.save(f"{out}-{name}.npy", array[: len(meta)])
    with open(f"{out}-meta.json.tmp", "w") as file:
        json.dump(meta, file)
    os.replace(f"{out}-meta.json.tmp", f"{out}-meta.json")
    print(f"{out}: {len(meta)} scenes")


def main() -> None:
    options, started = dataset_options(__doc__), time.monotonic()
    cv2.setNumThreads(1)

    artwork = Artwork(options.sprites)
    rng = np.random.default_rng(options.seed)
    bank = make_background_bank(100, options.seed)
    images = np.zeros((options.count, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
    masks = np.zeros((options.count, 3, MASK_SIZE, MASK_SIZE), np.uint8)
    meta = []
    for index in range(options.count):
        if meta and not has_time(options, started):
            break
        scene = random_scene(rng, artwork, bank)
        images[index] = scene.picture
        for slot, placed in enumerate(scene.objects):
            small = cv2.resize(placed.mask, (MASK_SIZE, MASK_SIZE), interpolation=cv2.INTER_AREA)
            masks[index, slot] = np.rint(small * 255)
        meta.append(
            {
                "captions": [random_caption(scene, rng) for _ in range(2)],
                "place": scene.place,
                "classes": [o.drawing.class_name for o in scene.objects],
                "looks": [[o.look.colour, o.look.pattern, o.look.second_colour] for o in scene.objects],
            }
        )
    save_dataset(options.out, meta, images=images, masks=masks)


if __name__ == "__main__":
    main()

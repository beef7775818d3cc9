"""Draws scenes in which one thing has been exchanged: what guided appearance attention is to bring about.

    python make_pairs.py --sprites sprites.npz --out data/pairs-0 --count 1200 --seed 200

For each scene five pictures, in the order of PICTURES:

    background   the scene with a plain thing
    edited       the same scene with the concept in that thing's place, stretched to its bounding rectangle
    empty        the place without things and shadows
    placed       the concept on the empty place, as the program prepares a concept picture ('placed', decision 0080)
    whole        the concept in another place, as a user brings it

Writes OUT-images.npy (uint8 [count, 5, 256, 256, 3]), OUT-regions.npy (uint8 [count, 32, 32], the thing's visible mask
at latent resolution) and OUT-meta.json (prompts of the scene and of the concept). Drawings, patterns and pairs are
training's own.
"""

from __future__ import annotations

import time

import cv2
import numpy as np

from domain import BACKGROUNDS, CLASS_NAMES, COLOUR_NAMES, HELD_OUT_PAIRS, IMAGE_SIZE, LATENT_SIZE
from make_dataset import dataset_options, has_time, save_dataset
from scenes import Artwork, Look, dress, make_background_bank, paste, random_boxes, random_look, scene_prompt

PICTURES = ("background", "edited", "empty", "placed", "whole")
SIZE = IMAGE_SIZE
SMALLEST_REGION = 700  # pixels: what later things leave of one


def stretched(sprite: np.ndarray, left: int, top: int, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """A sprite's visible part, stretched to a rectangle of a picture: premultiplied colours [SIZE, SIZE, 3] and
    alpha [SIZE, SIZE, 1]."""
    ys, xs = np.where(sprite[..., 3] > 127)
    part = sprite[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].astype(np.float32)
    part[..., :3] *= part[..., 3:] / 255
    canvas = np.zeros((SIZE, SIZE, 4), np.float32)
    canvas[top : top + height, left : left + width] = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    return canvas[..., :3], canvas[..., 3:] / 255


def to_picture(pixels: np.ndarray) -> np.ndarray:
    return np.rint(pixels.clip(0, 255)).astype(np.uint8)


def draw_pair(
    rng: np.random.Generator, artwork: Artwork, bank: dict[str, list[np.ndarray]]
) -> tuple[list[np.ndarray], np.ndarray, dict[str, str]] | None:
    """The pictures, the region float32 [SIZE, SIZE] and the prompts; None where too little of the thing is seen."""
    place, whole_place = (str(name) for name in rng.choice(BACKGROUNDS, 2, replace=False))
    empty = bank[place][rng.integers(len(bank[place]))]
    count = int(rng.choice([1, 2, 3], p=[0.35, 0.45, 0.2]))
    while True:
        names = [str(name) for name in rng.choice(CLASS_NAMES, count, replace=False)]
        if not any(pair <= set(names) for pair in HELD_OUT_PAIRS):
            break
    changed = int(rng.integers(count))
    boxes = random_boxes(count, rng, names)

    def a_sprite(name: str, look: Look) -> np.ndarray:
        choices = artwork.training(name)
        sprite = dress(choices[rng.integers(len(choices))], look, rng)
        return np.ascontiguousarray(sprite[:, ::-1]) if rng.random() < 0.5 else sprite

    sprites = [a_sprite(name, random_look(rng) if rng.random() < 0.4 else Look()) for name in names]
    look = random_look(rng)
    concept = a_sprite(names[changed], look)

    background = empty.astype(np.float32)
    region = np.zeros((SIZE, SIZE), np.float32)
    for index, (sprite, box) in enumerate(zip(sprites, boxes, strict=True)):
        mask = paste(background, sprite, *box)
        region = mask if index == changed else region * (1 - mask)
    ys, xs = np.where(region > 0.5)
    if len(ys) < SMALLEST_REGION:
        return None
    left, top = int(xs.min()), int(ys.min())
    colours, alpha = stretched(concept, left, top, int(xs.max()) + 1 - left, int(ys.max()) + 1 - top)

    edited = empty.astype(np.float32)
    for index, (sprite, box) in enumerate(zip(sprites, boxes, strict=True)):
        if index == changed:
            paste(edited, np.zeros_like(sprite), *box)  # its shadow alone
            edited = edited * (1 - alpha) + colours
        else:
            paste(edited, sprite, *box)
    placed = empty * (1 - alpha) + colours

    whole = bank[whole_place][rng.integers(len(bank[whole_place]))].astype(np.float32)
    side = int(rng.uniform(0.55, 0.7) * SIZE)
    paste(whole, concept, (SIZE - side) // 2 + int(rng.integers(-10, 11)), int(0.56 * SIZE - side / 2), side)
    prompts = {
        "scene": scene_prompt(place, [(name, Look()) for name in names]),
        "concept": scene_prompt(whole_place, [(names[changed], look if rng.random() < 0.7 else Look())]),
    }
    return [to_picture(background), to_picture(edited), empty, to_picture(placed), to_picture(whole)], region, prompts


def main() -> None:
    options, started = dataset_options(__doc__), time.monotonic()
    cv2.setNumThreads(1)

    artwork = Artwork(options.sprites)
    rng = np.random.default_rng(options.seed)
    bank = make_background_bank(60, options.seed)
    images = np.zeros((options.count, len(PICTURES), SIZE, SIZE, 3), np.uint8)
    regions = np.zeros((options.count, LATENT_SIZE, LATENT_SIZE), np.uint8)
    meta = []
    while len(meta) < options.count and (not meta or has_time(options, started)):
        drawn = draw_pair(rng, artwork, bank)
        if drawn is None:
            continue
        pictures, region, prompts = drawn
        images[len(meta)] = pictures
        small = cv2.resize(region, (LATENT_SIZE, LATENT_SIZE), interpolation=cv2.INTER_AREA)
        regions[len(meta)] = np.rint(small * 255)
        meta.append(prompts)
    save_dataset(options.out, meta, images=images, regions=regions)


if __name__ == "__main__":
    main()

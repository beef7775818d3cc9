"""Draws the scenes on which finding masks and removing objects are measured.

    python build_preparation_scenes.py --sprites sprites.npz --out ../packs/starter/evaluation/preparation

Two sets of 200 scenes each, from seeds and backgrounds that no training used: `validation`, on which choices are made,
and `test`, for the numbers that are reported. Writes one folder for each set: <n>-picture.webp; <n>-background.webp,
the same place before objects and shadows were put on it; <n>-mask-<k>.webp, what is visible of each object; and
index.json, which says for each scene the things in it, the phrase for each, and a thing that is not in it. Pictures are
WebP of quality 92 (about 10 kB a scene in all), masks lossless.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Callable

import numpy as np
from PIL import Image

from domain import CLASS_NAMES
from scenes import Artwork, Scene, make_background_bank, object_phrase, random_scene

SETS = {"validation": 73_000, "test": 74_000}
SCENES = 200
QUALITY = 92


DrawScene = Callable[[np.random.Generator, Artwork, dict[str, list[np.ndarray]]], Scene]


def build(artwork: Artwork, folder: str, seed: int, count: int, draw_scene: DrawScene = random_scene) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    rng = np.random.default_rng(seed)
    bank = make_background_bank(25, seed)
    index = []
    while len(index) < count:
        scene = draw_scene(rng, artwork, bank)
        if not scene.objects or any((placed.mask > 0.5).sum() < 400 for placed in scene.objects):
            continue
        number = f"{len(index):03d}"
        Image.fromarray(scene.picture).save(f"{folder}/{number}-picture.webp", quality=QUALITY, method=6)
        Image.fromarray(scene.empty).save(f"{folder}/{number}-background.webp", quality=QUALITY, method=6)
        things = []
        for order, placed in enumerate(scene.objects):
            name = f"{number}-mask-{order + 1}.webp"
            mask = np.where(placed.mask > 0.5, 255, 0).astype(np.uint8)
            Image.fromarray(mask).convert("RGB").save(f"{folder}/{name}", lossless=True, method=6)
            class_name = placed.drawing.class_name
            things.append({"thing": class_name, "phrase": object_phrase(class_name, placed.look), "mask": name})
        present = {thing["thing"] for thing in things}
        absent = str(rng.choice([name for name in CLASS_NAMES if name not in present]))
        index.append({"id": number, "place": scene.place, "things": things, "absent": f"a {absent}"})
    with open(f"{folder}/index.json", "w") as file:
        json.dump(index, file, indent=1)
        file.write("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=SCENES)
    options = parser.parse_args()
    artwork = Artwork(options.sprites)
    for name, seed in SETS.items():
        build(artwork, f"{options.out}/{name}", seed, options.count)
        size = sum(os.path.getsize(f"{options.out}/{name}/{file}") for file in os.listdir(f"{options.out}/{name}"))
        print(f"{name}: {options.count} scenes, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()

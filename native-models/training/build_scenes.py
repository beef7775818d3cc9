"""Composes the held-out evaluation scenes of the starter pack, with true masks.

    python build_scenes.py --sprites sprites.npz --out ../packs/starter [--sheet FILE.png]

Writes OUT/evaluation/scenes/<id>/ (lossless WebP, with meta.json). Every background is painted from a seed that
training never used. A background shows plain objects where the concepts are to go; the concept image shows another
object of the class in another look. `inpainted` is the painted place before anything, shadows included, was put on it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from backgrounds import paint_background
from domain import (
    BACKGROUNDS,
    CLASS_NAMES,
    COLOUR_NAMES,
    COLOURS,
    HELD_OUT_PAIRS,
    HELD_OUT_PATTERNS,
    IMAGE_SIZE,
    TRAINING_PATTERNS,
)
from scenes import Artwork, Drawing, Look, PlacedObject, Scene, compose, is_training_drawing, random_boxes, scene_prompt

EVALUATION_SEED = 72_000
SIZE = IMAGE_SIZE


@dataclass(frozen=True)
class ConceptPlan:
    """One concept: the object it replaces in the background, and the concept image."""

    class_name: str
    box: tuple[int, int, int]  # (left, top, side) of the object in the background
    target: Drawing  # what stands in the background
    target_look: Look
    source: Drawing  # what the concept image shows
    source_look: Look
    source_place: str
    flip: bool = False
    source_flip: bool = False


@dataclass(frozen=True)
class ScenePlan:
    name: str
    place: str
    concepts: list[ConceptPlan]  # from the farthest to the nearest
    seed: int
    render_seed: int = 0


def spoken_look(look: Look) -> Look:
    """The look as a prompt may say it: a pattern that training never named is left out."""
    return Look(look.colour) if look.pattern in HELD_OUT_PATTERNS else look


def box_of(mask: np.ndarray) -> list[int]:
    """[left, top, right, bottom] of a mask's visible part, in pixels, right and bottom exclusive."""
    ys, xs = np.where(mask > 0.5)
    return [int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1]


def concept_scene(plan: ConceptPlan, rng: np.random.Generator) -> Scene:
    """The concept image: one large object in the middle of another place."""
    side = int(rng.uniform(0.6, 0.68) * SIZE)
    left = (SIZE - side) // 2 + int(rng.integers(-8, 9))
    top = int(0.56 * SIZE - side / 2) + int(rng.integers(-6, 7))
    place = paint_background(plan.source_place, rng)
    return compose(plan.source_place, place, [plan.source], [plan.source_look], [(left, top, side)], [plan.source_flip], rng)


def describe(placed: PlacedObject) -> dict:
    drawing, look = placed.drawing, placed.look
    return {
        "drawing": f"{drawing.source}/{drawing.code}",
        "heldOutDrawing": not is_training_drawing(drawing),
        "colour": look.colour,
        "pattern": look.pattern,
        "secondColour": look.second_colour,
        "heldOutPattern": look.pattern in HELD_OUT_PATTERNS,
        "box": box_of(placed.mask),
    }


def build(plan: ScenePlan, folder: str, extension: str) -> tuple[dict, list[np.ndarray]]:
    """Writes one scene folder. Returns its meta data and the pictures for a contact sheet."""
    rng = np.random.default_rng(plan.seed)
    os.makedirs(folder, exist_ok=True)

    def write(name: str, pixels: np.ndarray) -> str:
        file = f"{name}.{extension}"
        options = {"optimize": True} if extension == "png" else {"lossless": True, "quality": 100, "method": 3}
        Image.fromarray(pixels).save(f"{folder}/{file}", **options)
        return file

    def write_mask(name: str, mask: np.ndarray) -> str:
        Image.fromarray(np.rint(mask * 255).astype(np.uint8)).save(f"{folder}/{name}.png", optimize=True)
        return f"{name}.png"

    concepts = plan.concepts
    scene = compose(
        plan.place,
        paint_background(plan.place, rng),
        [c.target for c in concepts],
        [c.target_look for c in concepts],
        [c.box for c in concepts],
        [c.flip for c in concepts],
        rng,
    )
    words = [(c.class_name, Look()) for c in concepts]
    entries, objects, pictures = [], [], [scene.picture, scene.empty]
    for index, (concept, placed) in enumerate(zip(concepts, scene.objects, strict=True), start=1):
        image = concept_scene(concept, rng)
        subject = image.objects[0]
        entries.append(
            {
                "name": f"my {concept.class_name}",
                "prompt": scene_prompt(concept.source_place, [(concept.class_name, spoken_look(concept.source_look))]),
                "image": write(f"concept-{index}", image.picture),
                "subject": write_mask(f"subject-{index}", subject.mask),
                "mask": write_mask(f"mask-{index}", placed.mask),
                "strength": 1,
                "order": index,
            }
        )
        objects.append({"class": concept.class_name, "place": concept.source_place,
                        "background": describe(placed), "concept": describe(subject)})  # fmt: skip
        pictures.append(image.picture)
    scene_file = {
        "version": 2,
        "name": plan.name,
        "prompt": scene_prompt(plan.place, words),
        "inpaintPrompt": scene_prompt(plan.place, []),
        "background": write("background", scene.picture),
        "inpainted": write("inpainted", scene.empty),
        "frame": "whole",
        "concepts": entries,
        "parameters": {"seed": plan.render_seed},
    }
    with open(f"{folder}/scene.json", "w") as file:
        json.dump(scene_file, file, indent=2)
        file.write("\n")
    meta = {
        "place": plan.place,
        "heldOut": {
            "drawing": any(o["concept"]["heldOutDrawing"] for o in objects),
            "pattern": any(o["concept"]["heldOutPattern"] for o in objects),
            "pair": any(pair <= {c.class_name for c in concepts} for pair in HELD_OUT_PAIRS),
        },
        "objects": objects,
    }
    return meta, pictures


def hue_difference(first: str, second: str) -> float:
    difference = abs(COLOURS[first] - COLOURS[second]) % 360
    return min(difference, 360 - difference)


def target_look(rng: np.random.Generator, avoid: str | None) -> Look:
    """The background object's look: mostly the drawing's own, otherwise a colour unlike the concept's."""
    if rng.random() < 0.7:
        return Look()
    choices = [c for c in COLOUR_NAMES if avoid is None or hue_difference(c, avoid) > 50]
    return Look(str(rng.choice(choices)))


def source_look(rng: np.random.Generator, kind: str) -> Look:
    """The concept's look. kind: 'seen', 'drawing' (held-out drawing) or 'pattern' (held-out pattern)."""
    first = str(rng.choice(COLOUR_NAMES))
    second = str(rng.choice([c for c in COLOUR_NAMES if hue_difference(c, first) > 50]))
    if kind == "pattern":
        return Look(first, str(rng.choice(HELD_OUT_PATTERNS)), second if rng.random() < 0.6 else None)
    share = rng.random()
    if kind == "drawing" and share < 0.3:
        return Look()
    if share < 0.65:
        return Look(first)
    pattern = str(rng.choice(TRAINING_PATTERNS))
    return Look(first, pattern, second if pattern == "two-tone" or rng.random() < 0.5 else None)


def choose_classes(count: int, rng: np.random.Generator) -> list[str]:
    """Classes of a scene; with two or more always a pair that training never saw together."""
    if count == 1:
        return [str(rng.choice(CLASS_NAMES))]
    pairs = sorted(sorted(pair) for pair in HELD_OUT_PAIRS)
    names = list(pairs[rng.integers(len(pairs))])
    while len(names) < count:
        name = str(rng.choice(CLASS_NAMES))
        if name not in names:
            names.append(name)
    return [names[i] for i in rng.permutation(count)]


def evaluation_plans(artwork: Artwork, seed: int) -> list[ScenePlan]:
    """48 scenes: 24 of seen drawings and patterns, 12 of held-out drawings, 12 of held-out patterns."""
    rng = np.random.default_rng(seed)
    plans = []
    for kind, number in (("seen", 24), ("drawing", 12), ("pattern", 12)):
        for index in range(number):
            count = (1, 2, 3, 2, 1, 2)[index % 6]
            names = choose_classes(count, rng)
            boxes = random_boxes(count, rng, names)
            if count == 2 and index % 6 == 3:  # one in three pairs overlaps
                boxes = [(int(left + (SIZE / 2 - left - side / 2) * 0.45), top, side) for left, top, side in boxes]
            place, *source_places = (str(p) for p in rng.permutation(BACKGROUNDS)[: count + 1])
            concepts = []
            for name, box, source_place in zip(names, boxes, source_places, strict=True):
                choices = artwork.training(name)
                sources = artwork.held_out(name) if kind == "drawing" else choices
                look = source_look(rng, kind)
                concepts.append(
                    ConceptPlan(
                        name, box,
                        choices[rng.integers(len(choices))], target_look(rng, look.colour),
                        sources[rng.integers(len(sources))], look,
                        source_place, bool(rng.random() < 0.5), bool(rng.random() < 0.5),
                    )  # fmt: skip
                )
            plans.append(ScenePlan(f"{kind}-{index + 1:02d}", place, concepts, seed + 1 + len(plans)))
    return plans


def contact_sheet(rows: list[list[np.ndarray]], path: str, side: int = 128) -> None:
    width = max(len(row) for row in rows)
    blank = np.full((side, side, 3), 255, np.uint8)
    lines = []
    for row in rows:
        tiles = [cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA) for picture in row]
        lines.append(np.concatenate(tiles + [blank] * (width - len(tiles)), 1))
    half = (len(lines) + 1) // 2
    lines += [np.full_like(lines[0], 255)] * (2 * half - len(lines))
    Image.fromarray(np.concatenate([np.concatenate(lines[:half], 0), np.concatenate(lines[half:], 0)], 1)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=EVALUATION_SEED, help="another for scenes to choose weights by")
    parser.add_argument("--sheet", help="also write a contact sheet here")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    artwork = Artwork(options.sprites)

    rows = []
    folder = f"{options.out}/evaluation/scenes"
    shutil.rmtree(folder, ignore_errors=True)
    plans = evaluation_plans(artwork, options.seed)
    for plan in plans:
        meta, pictures = build(plan, f"{folder}/{plan.name}", "webp")
        with open(f"{folder}/{plan.name}/meta.json", "w") as file:
            json.dump(meta, file, indent=2)
            file.write("\n")
        rows.append(pictures)
    size = sum(os.path.getsize(f"{top}/{name}") for top, _, names in os.walk(folder) for name in names)
    print(f"{folder}: {len(plans)} scenes, {size / 1e6:.1f} MB")
    if options.sheet:
        contact_sheet(rows, options.sheet)


if __name__ == "__main__":
    main()

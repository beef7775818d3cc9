"""Composes the sample scenes of the starter pack, with true masks: objects to replace, objects to place, and both.

    python sample_scenes.py --sprites sprites.npz --photos FOLDER --out ../packs/starter

Writes OUT/scenes/<name>/ and leaves `photograph` and `from-text.json` there, which were written by hand. FOLDER holds
chelsea.png (scikit-image's data, CC0) and china.jpg (scikit-learn's, CC BY 2.0, by danielbuechele). Painted backgrounds
come from seeds that training never used. The renders on the start screen (result.webp) are removed with their old
scenes: `node test/electron/inference/make-starter-references.ts` makes them anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image

from backgrounds import paint_background
from build_scenes import ConceptPlan, ScenePlan, build, concept_scene, spoken_look
from scenes import Artwork, Drawing, Look, scene_prompt

SAMPLE_SEED = 71_000
OWN = Look()


@dataclass(frozen=True)
class Placed:
    """One placed concept."""

    name: str
    drawing: Drawing
    look: Look
    source_place: str  # where the concept image shows it
    placement: dict  # as in the scene file
    front: list[tuple[int, int]] = field(default_factory=list)  # outline in background pixels of what is before it


@dataclass(frozen=True)
class PlacedScene:
    name: str
    place: str
    things: list[Placed]
    seed: int
    photograph: str | None = None  # a file name in the folder of photographs; else the place is painted


def on_ground(x: int, y: int, scale: float) -> dict:
    """A placement with a shadow that falls to the front."""
    return {"x": x, "y": y, "scale": scale, "shadow": {"offsetXPx": 4, "offsetYPx": 8, "blurPx": 5, "opacity": 0.35}}


def drawing_of(artwork: Artwork, class_name: str, source: str, code: str) -> Drawing:
    return next(d for d in artwork.drawings[class_name] if (d.source, d.code) == (source, code))


def replaced_scenes(artwork: Artwork) -> dict[str, ScenePlan]:
    """By folder. The drawing of each concept is the one it replaces, in another look. The two-concept scene is the demo."""

    def fluent(class_name: str, code: str) -> Drawing:
        return drawing_of(artwork, class_name, "fluent", code)

    cat, guitar, teddy, robot = fluent("cat", "1f408"), fluent("guitar", "1f3b8"), fluent("teddy", "1f9f8"), fluent("robot", "1f916")
    penguin, mushroom, balloon = fluent("penguin", "1f427"), fluent("mushroom", "1f344"), fluent("balloon", "1f388")

    def replace(drawing: Drawing, box: tuple[int, int, int], look: Look, source_place: str) -> ConceptPlan:
        return ConceptPlan(drawing.class_name, box, drawing, OWN, drawing, look, source_place)

    return {
        "one": ScenePlan("Blue teddy in a meadow", "meadow", [replace(teddy, (54, 84, 150), Look("blue"), "snow")], SAMPLE_SEED + 1),
        "two-concepts": ScenePlan(
            "Cat and guitar on a beach",
            "beach",
            [
                replace(cat, (10, 96, 128), Look("purple"), "room"),
                replace(guitar, (134, 108, 112), Look("green"), "sunset"),
            ],
            SAMPLE_SEED + 2,
            # One of seven of the first 24 with which the cat is complete (docs/decisions/0183).
            render_seed=11,
        ),
        "three-concepts": ScenePlan(
            "Robot, guitar and penguin at sunset",
            "sunset",
            [
                replace(robot, (6, 100, 92), Look("yellow"), "desert"),
                replace(guitar, (84, 104, 96), Look("blue"), "forest"),
                replace(penguin, (166, 104, 86), Look("green"), "room"),
            ],
            SAMPLE_SEED + 27,
        ),
        "overlapping": ScenePlan(
            "Teddy in front of a robot",
            "snow",
            [
                replace(robot, (24, 40, 140), Look("yellow"), "forest"),
                replace(teddy, (110, 102, 126), Look("purple"), "beach"),
            ],
            SAMPLE_SEED + 45,
        ),
        "patterns": ScenePlan(
            "Mushroom and balloon in patterns",
            "beach",
            [
                replace(mushroom, (16, 96, 118), Look("blue", "striped"), "room"),
                replace(balloon, (136, 24, 110), Look("yellow", "two-tone", "purple"), "snow"),
            ],
            SAMPLE_SEED + 16,
        ),
    }


def placed_scenes(artwork: Artwork) -> dict[str, PlacedScene]:
    """By folder."""

    cat, robot = drawing_of(artwork, "cat", "twemoji", "1f408"), drawing_of(artwork, "robot", "twemoji", "1f916")
    penguin, balloon = drawing_of(artwork, "penguin", "fluent", "1f427"), drawing_of(artwork, "balloon", "fluent", "1f388")
    sunflower = drawing_of(artwork, "flower", "fluent", "1f33b")
    cats_head = [
        (0, 0), (401, 0), (378, 30), (373, 50), (359, 72), (362, 100), (365, 125), (358, 155),
        (348, 180), (336, 205), (319, 220), (317, 240), (320, 262), (318, 300), (0, 300),
    ]  # fmt: skip
    return {
        "another-drawing": PlacedScene(
            "Cat and robot in a forest",
            "forest",
            [
                Placed("my cat", cat, Look("blue"), "beach", on_ground(78, 180, 0.7)),
                Placed("my robot", robot, OWN, "room", on_ground(186, 176, 0.64)),
            ],
            SAMPLE_SEED + 31,
        ),
        "penguins": PlacedScene(
            "Penguins in the snow",
            "snow",
            [
                Placed("my penguin", penguin, OWN, "beach", on_ground(72, 150, 0.52)),
                Placed("my other penguin", penguin, Look("orange"), "room", on_ground(172, 172, 0.8)),
            ],
            SAMPLE_SEED + 30,
        ),
        "balloons-over-a-lake": PlacedScene(
            "Balloons over a lake",
            "meadow",
            [
                Placed("my balloon", balloon, OWN, "beach", {"x": 412, "y": 118, "scale": 0.82, "rotationDeg": -4}),
                Placed("my other balloon", balloon, Look("yellow"), "room", {"x": 508, "y": 178, "scale": 0.46, "rotationDeg": 5}),
            ],
            SAMPLE_SEED + 50,
            "china.jpg",
        ),
        "behind-a-cat": PlacedScene(
            "Sunflower behind a cat",
            "room",
            [Placed("my flower", sunflower, OWN, "meadow", {"x": 392, "y": 176, "scale": 0.95, "rotationDeg": 12}, cats_head)],
            SAMPLE_SEED + 51,
            "chelsea.png",
        ),
    }  # fmt: skip


def outlined(outline: list[tuple[int, int]], width: int, height: int) -> Image.Image:
    """A mask of an outline, with an edge as soft as a photograph's."""
    scale = 4
    mask = np.zeros((height * scale, width * scale), np.uint8)
    cv2.fillPoly(mask, [np.int32(outline) * scale], 255)
    return Image.fromarray(cv2.GaussianBlur(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), (0, 0), 1.2))


def write_placed(plan: PlacedScene, folder: str, photographs: str) -> None:
    rng = np.random.default_rng(plan.seed)
    os.makedirs(folder)
    if plan.photograph is None:
        picture, background = Image.fromarray(paint_background(plan.place, rng)), "background.png"
        picture.save(f"{folder}/{background}", optimize=True)
    else:
        picture, background = Image.open(f"{photographs}/{plan.photograph}").convert("RGB"), "background.webp"
        picture.save(f"{folder}/{background}", quality=92, method=6)
    concepts = []
    for index, thing in enumerate(plan.things, start=1):
        class_name = thing.drawing.class_name
        # The place in the background is not used here.
        shown = concept_scene(ConceptPlan(class_name, (0, 0, 1), thing.drawing, OWN, thing.drawing, thing.look, thing.source_place), rng)
        Image.fromarray(shown.picture).save(f"{folder}/concept-{index}.png", optimize=True)
        subject = np.rint(shown.objects[0].mask * 255).astype(np.uint8)
        Image.fromarray(subject).save(f"{folder}/subject-{index}.png", optimize=True)
        entry = {
            "name": thing.name,
            "prompt": scene_prompt(thing.source_place, [(class_name, spoken_look(thing.look))]),
            "image": f"concept-{index}.png",
            "subject": f"subject-{index}.png",
            "mode": "place",
            "placement": thing.placement,
            "order": index,
        }
        if thing.front:
            outlined(thing.front, *picture.size).save(f"{folder}/front-{index}.png", optimize=True)
            entry["front"] = f"front-{index}.png"
        concepts.append(entry)
    scene = {
        "version": 2,
        "name": plan.name,
        "prompt": scene_prompt(plan.place, [(thing.drawing.class_name, OWN) for thing in plan.things]),
        "inpaintPrompt": scene_prompt(plan.place, []),
        "background": background,
        "frame": "whole" if plan.photograph is None else "auto",
        "concepts": concepts,
        "parameters": {"seed": 0, "startAt": 0.64, "detail": 1},
    }
    with open(f"{folder}/scene.json", "w") as file:
        json.dump(scene, file, indent=2)
        file.write("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--photos", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    artwork = Artwork(options.sprites)
    for name, plan in (replaced_scenes(artwork) | placed_scenes(artwork)).items():
        folder = f"{options.out}/scenes/{name}"
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(plan, ScenePlan):
            build(plan, folder, "png")
        else:
            write_placed(plan, folder, options.photos)
        print(folder)


if __name__ == "__main__":
    main()

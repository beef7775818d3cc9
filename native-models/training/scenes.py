"""Composes scenes: tinted or patterned sprites on a painted background, with their true masks and a caption."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from backgrounds import hsv, paint_background
from domain import (
    BACKGROUNDS,
    CLASS_NAMES,
    COLOUR_NAMES,
    COLOURS,
    HELD_OUT_DRAWINGS,
    HELD_OUT_PAIRS,
    IMAGE_SIZE,
    TRAINING_PATTERNS,
    TRAINING_SOURCES,
)

Rng = np.random.Generator
SIZE = IMAGE_SIZE


@dataclass(frozen=True)
class Look:
    """How an object is painted: colours by name, None for the drawing's own."""

    colour: str | None = None
    pattern: str | None = None
    second_colour: str | None = None

    def words(self) -> str:
        """What a caption calls it."""
        if self.pattern == "two-tone":
            return f"{self.colour} and {self.second_colour} "
        return " ".join(word for word in (self.pattern, self.colour) if word) + " " if self.colour else ""


@dataclass(frozen=True)
class Drawing:
    class_name: str
    source: str
    code: str
    pixels: np.ndarray = field(repr=False)


@dataclass
class PlacedObject:
    drawing: Drawing
    look: Look
    mask: np.ndarray  # float32 [SIZE, SIZE], 0..1, what is visible


@dataclass
class Scene:
    picture: np.ndarray  # uint8 [SIZE, SIZE, 3]
    empty: np.ndarray  # the background without objects and shadows
    place: str
    objects: list[PlacedObject]


class Artwork:
    """The sprites, by class."""

    def __init__(self, path: str) -> None:
        archive = np.load(path)
        self.drawings: dict[str, list[Drawing]] = {name: [] for name in CLASS_NAMES}
        for key in archive.files:
            class_name, source, code = key.split("|")
            self.drawings[class_name].append(Drawing(class_name, source, code, archive[key]))

    def training(self, class_name: str) -> list[Drawing]:
        return [d for d in self.drawings[class_name] if is_training_drawing(d)]

    def held_out(self, class_name: str) -> list[Drawing]:
        return [d for d in self.drawings[class_name] if not is_training_drawing(d)]


def is_training_drawing(drawing: Drawing) -> bool:
    return drawing.source in TRAINING_SOURCES and (drawing.source, drawing.code) not in HELD_OUT_DRAWINGS


def recolour(pixels: np.ndarray, hue_map: np.ndarray, saturation: float) -> np.ndarray:
    """Gives a sprite new hues and keeps its shading; dark lines stay dark, whites stay part white.

    pixels uint8 [h, w, 3]; hue_map float [h, w] in degrees.
    """
    image = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
    value, old_saturation = image[..., 2], image[..., 1]
    coloured = np.clip((value - 0.22) / 0.2, 0, 1)
    white = np.clip((0.16 - old_saturation) / 0.1, 0, 1) * np.clip((value - 0.8) / 0.1, 0, 1)
    new_saturation = np.clip((0.5 + 0.4 * old_saturation) * (1 - 0.75 * white) * saturation, 0, 1)
    new_value = 0.18 * value + 0.82 * np.clip(value * 1.02 + 0.06, 0, 1)
    image[..., 0] = hue_map % 360
    image[..., 1] = new_saturation * coloured + old_saturation * (1 - coloured)
    image[..., 2] = new_value * coloured + value * (1 - coloured)
    return np.rint(cv2.cvtColor(image, cv2.COLOR_HSV2RGB).clip(0, 1) * 255).astype(np.uint8)


def pattern_cover(pattern: str, size: int, rng: Rng) -> np.ndarray:
    """Where a pattern shows its second colour: float [size, size], 0..1, with soft edges."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    period = rng.uniform(0.17, 0.25)
    edge = 0.012
    if pattern == "striped":
        angle = rng.choice([0.0, 0.5, 0.25, 0.75]) * np.pi
        wave = ((x * np.cos(angle) + y * np.sin(angle)) / period + rng.random()) % 1
        distance = (0.25 - np.abs(wave - 0.5)) * period
    elif pattern == "dotted":
        phase = rng.random(2)
        row = np.floor(y / period + phase[1])
        u = (x / period + phase[0] + 0.5 * (row % 2)) % 1 - 0.5
        v = (y / period + phase[1]) % 1 - 0.5
        distance = (0.3 - np.hypot(u, v)) * period
    elif pattern == "two-tone":
        angle = rng.uniform(0, 2 * np.pi)
        distance = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
        edge = 0.03
    elif pattern == "checked":
        u, v = np.floor(x / period + rng.random()), np.floor(y / period + rng.random())
        cover = ((u + v) % 2).astype(np.float32)
        return cv2.GaussianBlur(cover, (0, 0), 1.0)
    elif pattern == "zigzag":
        triangle = np.abs((x / (period * 1.4)) % 1 - 0.5) * period
        wave = ((y + triangle) / period + rng.random()) % 1
        distance = (0.25 - np.abs(wave - 0.5)) * period
    else:
        raise ValueError(f"no such pattern: {pattern}")
    return np.clip(distance / edge + 0.5, 0, 1)


def dress(drawing: Drawing, look: Look, rng: Rng) -> np.ndarray:
    """The sprite in a look. Returns uint8 [h, w, 4]."""
    rgb = np.ascontiguousarray(drawing.pixels[..., :3])
    if look.colour is None:
        image = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
        image[..., 0] = (image[..., 0] + rng.uniform(-8, 8)) % 360
        image[..., 1] *= rng.uniform(0.88, 1.08)
        image[..., 2] *= rng.uniform(0.9, 1.05)
        rgb = np.rint(cv2.cvtColor(image.clip(0, [360, 1, 1]).astype(np.float32), cv2.COLOR_HSV2RGB).clip(0, 1) * 255)
    else:
        saturation = rng.uniform(0.92, 1.12)
        jitter = rng.uniform(-6, 6)
        base = np.full(rgb.shape[:2], COLOURS[look.colour] + jitter, np.float32)
        first = recolour(rgb, base, saturation)
        if look.pattern is None:
            rgb = first
        else:
            second_hue = COLOURS[look.second_colour or look.colour] + jitter
            second = recolour(rgb, np.full_like(base, second_hue), saturation)
            if look.second_colour is None:
                # One colour only: the pattern is painted in its pale shade.
                second = np.rint(255 - (255 - second.astype(np.float32)) * 0.28)
            cover = pattern_cover(look.pattern, rgb.shape[0], rng)[..., None]
            dark = np.clip((rgb.max(-1, keepdims=True).astype(np.float32) / 255 - 0.22) / 0.2, 0, 1)
            cover = cover * dark  # eyes and outlines stay
            rgb = np.rint(first * (1 - cover) + second * cover)
    return np.dstack([rgb.astype(np.uint8), drawing.pixels[..., 3]])


def paste(picture: np.ndarray, sprite: np.ndarray, left: int, top: int, side: int) -> np.ndarray:
    """Pastes a sprite with a soft shadow on a float picture, in place. Returns its mask [SIZE, SIZE]."""
    premultiplied = sprite.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    scaled = cv2.resize(premultiplied, (side, side), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    shadow = ((x - left - side / 2) / (0.46 * side)) ** 2 + ((y - top - 0.97 * side) / max(4, 0.09 * side)) ** 2
    picture *= (1 - 0.35 * np.clip(1.15 - shadow, 0, 1))[..., None]
    canvas = np.zeros((SIZE, SIZE, 4), np.float32)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(SIZE, left + side), min(SIZE, top + side)
    canvas[y0:y1, x0:x1] = scaled[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = canvas[..., 3:] / 255
    picture *= 1 - alpha
    picture += canvas[..., :3]
    return alpha[..., 0]


def random_look(rng: Rng, patterns: tuple[str, ...] = TRAINING_PATTERNS) -> Look:
    kind = rng.random()
    if kind < 0.4:
        return Look()
    first, second = rng.choice(COLOUR_NAMES, 2, replace=False)
    if kind < 0.76:
        return Look(str(first))
    pattern = str(rng.choice(patterns))
    two_colours = pattern == "two-tone" or rng.random() < 0.5
    return Look(str(first), pattern, str(second) if two_colours else None)


def compose(
    place: str,
    background: np.ndarray,
    drawings: list[Drawing],
    looks: list[Look],
    boxes: list[tuple[int, int, int]],
    flips: list[bool],
    rng: Rng,
) -> Scene:
    """Puts drawings on a background; a later one lies in front. Boxes are (left, top, side) in pixels."""
    picture = background.astype(np.float32)
    objects: list[PlacedObject] = []
    for drawing, look, (left, top, side), flip in zip(drawings, looks, boxes, flips, strict=True):
        sprite = dress(drawing, look, rng)
        mask = paste(picture, sprite[:, ::-1] if flip else sprite, left, top, side)
        for earlier in objects:
            earlier.mask = earlier.mask * (1 - mask)
        objects.append(PlacedObject(drawing, look, mask))
    return Scene(np.rint(picture.clip(0, 255)).astype(np.uint8), background, place, objects)


def random_boxes(count: int, rng: Rng, class_names: list[str]) -> list[tuple[int, int, int]]:
    """Places for objects side by side, in random order."""
    low, high = {1: (0.46, 0.68), 2: (0.4, 0.52), 3: (0.3, 0.4)}[count]
    slots = {1: [0.0], 2: [-0.24, 0.24], 3: [-0.32, 0.0, 0.32]}[count]
    order = rng.permutation(count)
    boxes = []
    for index in range(count):
        side = int(rng.uniform(low, high) * SIZE)
        spread = 0.14 if count == 1 else 0.04
        x = (0.5 + slots[order[index]] + rng.uniform(-spread, spread)) * SIZE
        y = rng.uniform(0.55, 0.74) * SIZE
        if class_names[index] == "balloon":
            y -= rng.uniform(0, 0.25) * SIZE
        y = min(y, SIZE - side / 2)
        boxes.append((int(x - side / 2), int(y - side / 2), side))
    return boxes


def random_training_drawing(rng: Rng, artwork: Artwork, class_name: str) -> Drawing:
    choices = artwork.training(class_name)
    weights = np.array([2.0 if choice.source == "fluent" else 1.0 for choice in choices])
    return choices[rng.choice(len(choices), p=weights / weights.sum())]


def random_scene(rng: Rng, artwork: Artwork, background_bank: dict[str, list[np.ndarray]]) -> Scene:
    """A training scene: 0 to 3 objects, training drawings and patterns, no held-out pair."""
    place = str(rng.choice(BACKGROUNDS))
    bank = background_bank[place]
    background = bank[rng.integers(len(bank))]
    if rng.random() < 0.5:
        background = np.ascontiguousarray(background[:, ::-1])
    count = int(rng.choice(4, p=[0.05, 0.45, 0.38, 0.12]))
    while True:
        names = [str(name) for name in rng.choice(CLASS_NAMES, count, replace=False)]
        if not any(pair <= set(names) for pair in HELD_OUT_PAIRS):
            break
    drawings = [random_training_drawing(rng, artwork, name) for name in names]
    looks = [random_look(rng) for _ in names]
    boxes = random_boxes(count, rng, names) if count else []
    return compose(place, background, drawings, looks, boxes, [bool(rng.random() < 0.5) for _ in names], rng)


def make_background_bank(per_place: int, seed: int) -> dict[str, list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    return {place: [paint_background(place, rng) for _ in range(per_place)] for place in BACKGROUNDS}


def object_phrase(class_name: str, look: Look) -> str:
    return f"a {look.words()}{class_name}"


def scene_prompt(place: str, objects: list[tuple[str, Look]]) -> str:
    """The full caption, as the app's scenes use it."""
    if not objects:
        return f"a photo of a {place} background"
    phrases = " and ".join(object_phrase(name, look) for name, look in objects)
    return f"a photo of {phrases}, {place} background"


def random_caption(scene: Scene, rng: Rng) -> str:
    """A caption with parts left out now and then, so that short prompts work too."""
    if not scene.objects:
        return scene_prompt(scene.place, [])
    objects = [
        (o.drawing.class_name, o.look if rng.random() < 0.85 else Look())
        for o in (scene.objects[i] for i in rng.permutation(len(scene.objects)))
    ]
    caption = scene_prompt(scene.place, objects)
    if rng.random() < 0.2:
        caption = caption.removeprefix("a photo of ")
    if rng.random() < 0.08:
        caption = caption.split(", ")[0]
    return caption

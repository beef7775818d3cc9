"""Eight painted places, drawn by numbers. Smooth on purpose: fine grain costs the autoencoder its sharpness."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from domain import BACKGROUNDS, IMAGE_SIZE

SIZE = IMAGE_SIZE
Rng = np.random.Generator
Picture = np.ndarray  # float32 [SIZE, SIZE, 3], 0..255


def hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    """A colour: hue in degrees, saturation and value 0..1. Returns float32 [3], RGB 0..255."""
    pixel = np.float32([[[hue % 360, np.clip(saturation, 0, 1), np.clip(value, 0, 1)]]])
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0] * 255


def vertical_gradient(stops: list[tuple[float, np.ndarray]]) -> Picture:
    """Colours at heights 0 (top) to 1 (bottom), interpolated."""
    heights = np.linspace(0, 1, SIZE)
    positions = [position for position, _ in stops]
    colours = np.array([colour for _, colour in stops])
    column = np.stack([np.interp(heights, positions, colours[:, channel]) for channel in range(3)], -1)
    return np.repeat(column[:, None].astype(np.float32), SIZE, 1)


def ridge(rng: Rng, base: float, amplitude: float, waves: int) -> np.ndarray:
    """The upper edge of a hill: heights in pixels for each column."""
    x = np.linspace(0, 1, SIZE)
    y = np.zeros(SIZE)
    for wave in range(1, waves + 1):
        y += np.sin(2 * np.pi * (x * wave * rng.uniform(0.7, 1.2) + rng.random())) / wave * rng.uniform(0.5, 1)
    return base * SIZE + amplitude * y


def fill_below(picture: Picture, edge: np.ndarray, colour: np.ndarray, softness: float = 1.5) -> Picture:
    """Paints everything below an edge; softness is the width of the edge in pixels."""
    rows = np.arange(SIZE)[:, None]
    cover = np.clip((rows - edge[None]) / softness + 0.5, 0, 1)[..., None].astype(np.float32)
    shade = np.linspace(1.05, 0.9, SIZE, dtype=np.float32)[:, None, None]
    return picture * (1 - cover) + colour.astype(np.float32) * shade * cover


def draw(picture: Picture, paint: Callable[[np.ndarray, int], None]) -> Picture:
    """Calls paint(canvas, scale) on a canvas of twice the size and averages it down: smooth edges."""
    large = cv2.resize(picture, (SIZE * 2, SIZE * 2), interpolation=cv2.INTER_LINEAR)
    paint(large, 2)
    return cv2.resize(large, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def disc(picture: Picture, x: float, y: float, radius: float, colour: np.ndarray) -> Picture:
    centre = (int(x * SIZE * 2), int(y * SIZE * 2))
    return draw(
        picture,
        lambda canvas, _: cv2.circle(canvas, centre, int(radius * 2), tuple(map(float, colour)), -1, cv2.LINE_AA),
    )


def day_sky(rng: Rng) -> Picture:
    u = rng.uniform
    return vertical_gradient([(0, hsv(u(198, 222), u(0.45, 0.7), u(0.85, 0.98))), (0.6, hsv(u(192, 208), 0.18, 0.98))])


def clouds(picture: Picture, rng: Rng) -> Picture:
    u = rng.uniform

    def paint(canvas: np.ndarray, k: int) -> None:
        for _ in range(rng.integers(1, 4)):
            x, y = u(0, 1) * SIZE, u(0.06, 0.24) * SIZE
            for _ in range(4):
                centre = (int((x + u(-20, 20)) * k), int((y + u(-4, 4)) * k))
                cv2.ellipse(canvas, centre, (int(u(14, 24) * k), int(u(8, 12) * k)), 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)

    return draw(picture, paint)


def beach(rng: Rng) -> Picture:
    u = rng.uniform
    horizon = u(0.36, 0.48)
    picture = disc(day_sky(rng), u(0.1, 0.9), u(0.08, 0.2), u(11, 18), np.array([255, 246, 200]))
    picture = fill_below(picture, np.full(SIZE, horizon * SIZE), hsv(u(186, 210), u(0.55, 0.8), u(0.65, 0.85)))
    shore = ridge(rng, horizon + u(0.12, 0.2), 5, 3)
    picture = fill_below(picture, shore - 5, np.array([238, 246, 246]), 4)
    return fill_below(picture, shore, hsv(u(34, 42), u(0.28, 0.42), u(0.9, 0.98)), 3)


def forest(rng: Rng) -> Picture:
    u = rng.uniform
    picture = vertical_gradient([(0, hsv(u(95, 140), u(0.15, 0.3), u(0.8, 0.93))), (0.7, hsv(u(100, 125), 0.45, u(0.5, 0.65)))])
    for layer in range(2):
        colour = hsv(u(105, 135), 0.42 + 0.18 * layer, 0.6 - 0.2 * layer)
        count = int(rng.integers(4, 7))

        def paint(canvas: np.ndarray, k: int, layer: int = layer, colour: np.ndarray = colour, count: int = count) -> None:
            for tree in range(count):
                x, width = (tree + u(0.1, 0.9)) / count * SIZE, u(4, 6) * (1 + layer)
                trunk = tuple(map(float, hsv(26, 0.42, 0.45 - 0.12 * layer)))
                bottom = (0.62 + 0.06 * layer) * SIZE
                cv2.rectangle(canvas, (int((x - width / 2) * k), int(0.25 * SIZE * k)), (int((x + width / 2) * k), int(bottom * k)), trunk, -1)
                crown = tuple(map(float, colour * u(0.92, 1.08)))
                for level in range(3):
                    radius = u(20, 28) * (1 + 0.2 * level)
                    centre = (int(x * k), int((u(0.05, 0.25) + 0.12 * level) * SIZE * k))
                    cv2.ellipse(canvas, centre, (int(radius * k), int(radius * 0.75 * k)), 0, 0, 360, crown, -1, cv2.LINE_AA)

        picture = draw(picture, paint)
    return fill_below(picture, ridge(rng, 0.66, 4, 3), hsv(u(76, 104), u(0.5, 0.62), u(0.42, 0.58)), 3)


def desert(rng: Rng) -> Picture:
    u = rng.uniform
    picture = vertical_gradient([(0, hsv(u(192, 212), u(0.3, 0.5), u(0.9, 1))), (0.5, hsv(u(28, 44), u(0.15, 0.3), 1))])
    for layer in range(3):
        colour = hsv(u(22, 34), 0.48 + 0.06 * layer, 0.96 - 0.07 * layer)
        picture = fill_below(picture, ridge(rng, 0.46 + 0.13 * layer, u(8, 14), 2), colour, 2)
    return picture


def room(rng: Rng) -> Picture:
    u = rng.uniform
    floor_height = u(0.62, 0.72)
    wall = hsv(u(0, 360), u(0.14, 0.34), u(0.8, 0.95))
    picture = np.ones((SIZE, SIZE, 3), np.float32) * wall.astype(np.float32)
    picture *= np.linspace(1.04, 0.93, SIZE, dtype=np.float32)[:, None, None]
    picture = fill_below(picture, np.full(SIZE, floor_height * SIZE - 6), np.array([240, 238, 232]))
    picture = fill_below(picture, np.full(SIZE, floor_height * SIZE), hsv(u(20, 32), u(0.4, 0.58), u(0.58, 0.75)))
    x, y, width, height = u(0.08, 0.6) * SIZE, u(0.08, 0.15) * SIZE, u(62, 82), u(58, 76)

    def paint(canvas: np.ndarray, k: int) -> None:
        frame, glass = (250.0, 250.0, 245.0), tuple(map(float, hsv(u(196, 214), 0.38, 0.97)))
        cv2.rectangle(canvas, (int((x - 5) * k), int((y - 5) * k)), (int((x + width + 5) * k), int((y + height + 5) * k)), frame, -1)
        cv2.rectangle(canvas, (int(x * k), int(y * k)), (int((x + width) * k), int((y + height) * k)), glass, -1)
        cv2.line(canvas, (int((x + width / 2) * k), int(y * k)), (int((x + width / 2) * k), int((y + height) * k)), frame, 8)
        cv2.line(canvas, (int(x * k), int((y + height / 2) * k)), (int((x + width) * k), int((y + height / 2) * k)), frame, 8)

    return draw(picture, paint)


def meadow(rng: Rng) -> Picture:
    u = rng.uniform
    picture = clouds(day_sky(rng), rng)
    for layer in range(2):
        colour = hsv(u(82, 112), u(0.5, 0.68), 0.8 - 0.1 * layer)
        picture = fill_below(picture, ridge(rng, 0.45 + 0.12 * layer, u(7, 13), 2), colour, 2)
    return picture


def snow(rng: Rng) -> Picture:
    u = rng.uniform
    picture = vertical_gradient([(0, hsv(u(202, 228), u(0.22, 0.42), u(0.75, 0.9))), (0.6, hsv(210, 0.1, 0.96))])
    for layer in range(2):
        colour = hsv(u(206, 226), 0.24 - 0.1 * layer, 0.82 + 0.08 * layer)
        picture = fill_below(picture, ridge(rng, 0.4 + 0.13 * layer, u(10, 20), 3), colour, 2)
    picture = fill_below(picture, ridge(rng, 0.64, 4, 2), np.array([246, 248, 252]), 3)

    def paint(canvas: np.ndarray, k: int) -> None:
        for _ in range(16):
            centre = (int(u(0, 1) * SIZE * k), int(u(0, 0.6) * SIZE * k))
            cv2.circle(canvas, centre, int(u(2, 3.2) * k), (255, 255, 255), -1, cv2.LINE_AA)

    return draw(picture, paint)


def sunset(rng: Rng) -> Picture:
    u = rng.uniform
    picture = vertical_gradient(
        [(0, hsv(u(255, 295), u(0.45, 0.6), u(0.45, 0.62))), (0.35, hsv(u(332, 354), u(0.5, 0.6), u(0.82, 0.92))), (0.6, hsv(u(20, 36), u(0.55, 0.7), 1))]
    )
    picture = disc(picture, u(0.2, 0.8), u(0.38, 0.47), u(20, 28), np.array([255, 236, 170]))
    picture = fill_below(picture, ridge(rng, 0.56, u(6, 14), 2), hsv(u(285, 315), 0.42, 0.42), 2)
    return fill_below(picture, ridge(rng, 0.68, u(4, 9), 2), hsv(u(290, 325), 0.38, 0.3), 2)


def mountain(rng: Rng) -> Picture:
    u = rng.uniform
    picture = day_sky(rng)
    for layer in range(2):

        def paint(canvas: np.ndarray, k: int, layer: int = layer) -> None:
            x = -30.0
            colour = tuple(map(float, hsv(u(212, 236), 0.26 + 0.1 * layer, 0.62 - 0.12 * layer)))
            while x < SIZE + 30:
                width, height = u(80, 130), u(0.24, 0.4) * SIZE * (1 - 0.25 * layer)
                bottom, top = (0.58 + 0.06 * layer) * SIZE, (0.58 + 0.06 * layer) * SIZE - height
                middle = x + width / 2
                peak = np.array([[x, bottom], [middle, top], [x + width, bottom]]) * k
                cv2.fillPoly(canvas, [peak.astype(np.int32)], colour, cv2.LINE_AA)
                cap = np.array([[middle - width * 0.15, top + height * 0.3], [middle, top], [middle + width * 0.15, top + height * 0.3], [middle + width * 0.03, top + height * 0.24]]) * k
                cv2.fillPoly(canvas, [cap.astype(np.int32)], (246.0, 249.0, 252.0), cv2.LINE_AA)
                x += width * u(0.55, 0.85)

        picture = draw(picture, paint)
    return fill_below(picture, ridge(rng, 0.61, 6, 2), hsv(u(84, 116), u(0.42, 0.58), u(0.52, 0.68)), 2)


PAINTERS: dict[str, Callable[[Rng], Picture]] = {
    "beach": beach, "forest": forest, "desert": desert, "room": room,
    "meadow": meadow, "snow": snow, "sunset": sunset, "mountain": mountain,
}  # fmt: skip
assert tuple(PAINTERS) == BACKGROUNDS


def paint_background(name: str, rng: Rng) -> np.ndarray:
    """One picture of a place. Returns uint8 [SIZE, SIZE, 3]."""
    return np.clip(PAINTERS[name](rng), 0, 255).astype(np.uint8)

"""Turns the emoji packages into square RGBA sprites.

    python artwork.py --art ART_DIR --out sprites.npz [--sheet sheet.png]

ART_DIR holds the unpacked npm packages @lobehub/fluent-emoji-3d, @iconify-json/noto and @iconify-json/twemoji
(see README.md for the versions and NOTICES.md of the pack for the licences). SVG sets are rendered by
rsvg-convert.
"""

from __future__ import annotations

import argparse
import glob
import io
import json
import subprocess

import cv2
import numpy as np
from PIL import Image

from domain import CLASSES

SPRITE_SIZE = 176


def square_sprite(picture: Image.Image) -> np.ndarray:
    """Cuts a picture to its visible part, pads it to a square and resizes it.

    Returns uint8 [SPRITE_SIZE, SPRITE_SIZE, 4], straight alpha. The resampling is done on premultiplied colours,
    so that the colour of transparent pixels does not show at the edges.
    """
    rgba = np.asarray(picture.convert("RGBA"))
    ys, xs = np.where(rgba[..., 3] > 8)
    rgba = rgba[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    height, width = rgba.shape[:2]
    side = max(height, width)
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = rgba
    values = square.astype(np.float32) / 255
    values[..., :3] *= values[..., 3:]
    shrinking = side > SPRITE_SIZE
    values = cv2.resize(
        values, (SPRITE_SIZE, SPRITE_SIZE), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    )
    values = values.clip(0, 1)
    values[..., :3] /= np.maximum(values[..., 3:], 1e-4)
    return np.rint(values.clip(0, 1) * 255).astype(np.uint8)


def render_svg(body: str, width: int, height: int) -> Image.Image:
    """Renders the body of an Iconify icon at 256 pixels."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}" width="256" height="256">{body}</svg>'
    )
    png = subprocess.run(
        ["rsvg-convert", "-w", "256", "-h", "256"], input=svg.encode(), capture_output=True, check=True
    ).stdout
    return Image.open(io.BytesIO(png))


def load_icon_set(art: str, name: str) -> tuple[dict, dict]:
    folder = glob.glob(f"{art}/iconify-json-{name}-*/package")[0]
    with open(f"{folder}/icons.json") as icons, open(f"{folder}/chars.json") as chars:
        return json.load(icons), json.load(chars)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--sheet")
    options = parser.parse_args()

    sprites: dict[str, np.ndarray] = {}
    icon_sets = {name: load_icon_set(options.art, name) for name in ("noto", "twemoji")}
    for class_name, codes in CLASSES.items():
        for code in codes:
            found = glob.glob(f"{options.art}/lobehub-*/package/assets/{code}.webp")
            if found:
                sprites[f"{class_name}|fluent|{code}"] = square_sprite(Image.open(found[0]))
            for name, (icons, chars) in icon_sets.items():
                key = chars[code]
                icon = icons["icons"].get(key) or icons["icons"][icons["aliases"][key]["parent"]]
                width = icon.get("width", icons.get("width"))
                height = icon.get("height", icons.get("height"))
                sprites[f"{class_name}|{name}|{code}"] = square_sprite(render_svg(icon["body"], width, height))
    np.savez_compressed(options.out, **sprites)
    print(f"{len(sprites)} sprites")

    if options.sheet:
        tiles = []
        for key in sorted(sprites):
            values = sprites[key].astype(np.float32) / 255
            tiles.append(values[..., :3] * values[..., 3:] + 0.8 * (1 - values[..., 3:]))
        while len(tiles) % 12:
            tiles.append(np.ones_like(tiles[0]))
        rows = [np.concatenate(tiles[i : i + 12], 1) for i in range(0, len(tiles), 12)]
        sheet = (np.concatenate(rows, 0) * 255).astype(np.uint8)
        Image.fromarray(sheet).resize((sheet.shape[1] // 2, sheet.shape[0] // 2)).save(options.sheet)


if __name__ == "__main__":
    main()

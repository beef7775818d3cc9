"""A small random LaMa as ONNX, and what PyTorch makes of pictures with it.

    python make_golden.py        (torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, pillow 13.0.0, safetensors 0.8.0)

Writes beside this file:

    lama_fp32.onnx      the network of lama.py with 4 features and 2 blocks, with the ports of Carve/LaMa-ONNX
    picture.png         what holes are cut into
    thing-*.png         the mask of a thing to remove, for each case of manifest.json
    golden.safetensors  what the network makes of the case "unresized", by PyTorch: every seventh pixel of it
    result-*.png        what the whole of an object's removal makes of each case, within the hole's bounding rectangle

The removal is written here once more, from its description: electron/inference/inpainting/onnx-inpainter.ts and pasteFill in
electron/pipeline/inpainting/object-removal.ts are held to it. Nothing of ONNX Runtime has a part in what is expected.
"""

from __future__ import annotations

import json
import math
import pathlib

import numpy as np
import onnx
import onnxscript
import PIL
import torch
from lama import Generator, PublishedPorts
from PIL import Image, ImageDraw, ImageFilter
from safetensors.torch import save_file

SEED = 20241124
HERE = pathlib.Path(__file__).parent
SIDE = 512
SAMPLE_STRIDE = 7
MARGIN_PX = 6
# The processed region of the picture, and the object in it, an ellipse: left, top, right, bottom.
CASES = {
    "unresized": {"region": (100, 60, 612, 572), "thing": (150, 170, 350, 330)},
    "enlarged": {"region": (0, 0, 768, 640), "thing": (420, 250, 500, 340)},
    "border": {"region": (0, 200, 600, 380), "thing": (-30, 90, 50, 200)},
    "shrunk": {"region": (0, 0, 768, 640), "thing": (300, 200, 488, 380)},
}


def picture() -> Image.Image:
    """Discs and bars on a gradient, 768 x 640, their edges soft: libraries resize hard ones differently."""
    y, x = np.mgrid[0:640, 0:768]
    waves = 20 * np.sin(x / 19) * np.cos(y / 23)
    ground = np.stack([60 + x / 6 + waves, 170 - y / 8 + waves, 90 + (x + y) / 12 - waves], -1)
    image = Image.fromarray(ground.round().astype(np.uint8))
    draw = ImageDraw.Draw(image)
    random = np.random.default_rng(SEED)
    for _ in range(24):
        left, top = random.integers(-40, 740, 2).tolist()
        width, height = random.integers(20, 150, 2).tolist()
        colour = tuple(random.integers(0, 256, 3).tolist())
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((left, top, left + width, top + height), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(2))


def to_tensor(pixels: np.ndarray) -> torch.Tensor:
    """uint8 [h, w, 3] to [1, 3, h, w], 0..1."""
    return torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None] / 255


def random_kernels(outputs: int, inputs: int, height: int, width: int) -> torch.Tensor:
    """Mostly smooth ones: white noise would make a network that answers to a picture's grain alone."""
    places = torch.arange(width) - width // 2
    window = 1 - places.abs() / (width // 2 + 1)
    smooth = torch.randn(outputs, inputs, 1, 1) * window[:, None] * window
    kernels = smooth + 0.1 * torch.randn(outputs, inputs, height, width)
    return kernels * (1.5 / kernels[0].square().sum()) ** 0.5


@torch.no_grad()
def make_model() -> PublishedPorts:
    torch.manual_seed(SEED)
    generator = Generator(features=4, blocks=2)
    for name, parameter in generator.named_parameters():
        if parameter.ndim > 1:
            parameter.copy_(random_kernels(*parameter.shape))
        elif name.endswith("weight"):
            parameter.uniform_(0.5, 1.5)
        else:
            parameter.normal_(0, 0.3)
    # Colours from the middle of the sigmoid: at its ends all networks look the same.
    generator.end[1].weight *= 0.3
    # The normalisations have the statistics of pictures, as after training.
    for module in generator.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    generator.train()
    whole = to_tensor(np.asarray(picture()))
    for _ in range(8):
        left, top = torch.randint(0, 768 - 256, ()).item(), torch.randint(0, 640 - 256, ()).item()
        part = whole[:, :, top : top + 256, left : left + 256]
        mask = torch.zeros(1, 1, 256, 256)
        mask[:, :, 80:180, 60:200] = 1
        generator(torch.cat([part * (1 - mask), mask], 1))
    return PublishedPorts(generator).eval()


def export(model: PublishedPorts, path: pathlib.Path) -> None:
    feeds = (torch.rand(1, 3, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE))
    torch.onnx.export(
        model, feeds, path, dynamo=True, input_names=["image", "mask"], output_names=["output"], external_data=False,
        verbose=False,
    )  # fmt: skip
    graph = onnx.load(path)
    strip(graph)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def strip(model: onnx.ModelProto) -> None:
    """Most of a small export's bytes are where its nodes came from and what its values are called."""
    graph = model.graph
    names = {value.name: value.name for value in [*graph.input, *graph.output]}

    def short(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}") if name else ""

    for tensor in graph.initializer:
        tensor.name = short(tensor.name)
    for node in graph.node:
        node.name = ""
        node.input[:] = [short(name) for name in node.input]
        node.output[:] = [short(name) for name in node.output]
    for part in [model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output]:
        part.doc_string = ""
        del part.metadata_props[:]
    del graph.value_info[:]


def grow(inside: np.ndarray, squared_radius: int) -> np.ndarray:
    """Dilation of bool [h, w] by a Euclidean disc."""
    reach = math.isqrt(squared_radius)
    grown = np.zeros_like(inside)
    padded = np.pad(inside, reach)
    height, width = inside.shape
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if down * down + right * right <= squared_radius:
                grown |= padded[reach + down : reach + down + height, reach + right : reach + right + width]
    return grown


def distance_to_outside(inside: np.ndarray, most: int) -> np.ndarray:
    """Euclidean distance from each pixel of bool [h, w] to the nearest one outside, up to `most`."""
    distance = np.where(inside, float(most), 0)
    for squared in sorted({a * a + b * b for a in range(most) for b in range(most)}, reverse=True):
        if 0 < squared < most * most:
            distance[inside & grow(~inside, squared)] = squared**0.5
    return distance


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """As libvips does it: Lanczos's three lobes where it shrinks, Catmull and Rom's cubic where it enlarges."""
    for wanted in ((size[0], image.height), size):
        shrinks = wanted[0] < image.width or wanted[1] < image.height
        image = image.resize(wanted, Image.Resampling.LANCZOS if shrinks else Image.Resampling.BICUBIC)
    return image


def context_square(rows: np.ndarray, columns: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    """The square of three times the hole's longer side around it, moved and cut so that it lies in the picture."""
    hole_width, hole_height = columns.max() - columns.min() + 1, rows.max() - rows.min() + 1
    side = 3 * max(hole_width, hole_height)
    sides = min(side, width), min(side, height)
    left = math.floor(columns.min() + hole_width / 2 - sides[0] / 2 + 0.5)
    top = math.floor(rows.min() + hole_height / 2 - sides[1] / 2 + 0.5)
    left, top = min(max(left, 0), width - sides[0]), min(max(top, 0), height - sides[1])
    return int(left), int(top), int(left + sides[0]), int(top + sides[1])


@torch.no_grad()
def remove(model: PublishedPorts, image: Image.Image, thing: np.ndarray) -> dict:
    """What is behind a thing, bool [h, w]: its mask grown, cut out with context, filled, brought back, faded in."""
    hole = grow(thing, MARGIN_PX**2)
    rows, columns = hole.nonzero()
    box = context_square(rows, columns, image.width, image.height)
    cut = to_tensor(np.asarray(resize(image.crop(box), (SIDE, SIDE))))
    part = torch.from_numpy(hole[box[1] : box[3], box[0] : box[2]].astype(np.float32))[None, None]
    mask = (torch.nn.functional.interpolate(part, (SIDE, SIDE), mode="bilinear") > 0).float()
    output = model(cut, mask)
    filled = Image.fromarray(output[0].permute(1, 2, 0).clamp(0, 255).round().numpy().astype(np.uint8))
    back = image.copy()
    back.paste(resize(filled, (box[2] - box[0], box[3] - box[1])), box[:2])
    fade = min(4, MARGIN_PX - 2)
    opacity = np.minimum(distance_to_outside(hole, fade + 1) / (fade + 1), 1)[..., None]
    result = np.floor(opacity * np.asarray(back) + (1 - opacity) * np.asarray(image) + 0.5).astype(np.uint8)
    bounds = [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]
    return {"square": box, "bounds": bounds, "result": Image.fromarray(result).crop(bounds), "output": output}


def main() -> None:
    image = picture()
    image.save(HERE / "picture.png", optimize=True)
    model = make_model()
    export(model, HERE / "lama_fp32.onnx")
    cases = {}
    for name, case in CASES.items():
        region = image.crop(case["region"])
        thing = Image.new("L", region.size)
        ImageDraw.Draw(thing).ellipse(case["thing"], fill=255)
        thing.save(HERE / f"thing-{name}.png", optimize=True)
        removed = remove(model, region, np.asarray(thing) > 0)
        removed["result"].save(HERE / f"result-{name}.png", optimize=True)
        cases[name] = {"region": case["region"], "square": removed["square"], "bounds": removed["bounds"]}
        if name == "unresized":
            sample = removed["output"][0, :, ::SAMPLE_STRIDE, ::SAMPLE_STRIDE].contiguous()
            save_file({"output": sample}, HERE / "golden.safetensors")
    versions = {part.__name__: part.__version__ for part in (torch, onnx, onnxscript, PIL)}
    manifest = {
        "script": "test/golden/lama/make_golden.py", "seed": SEED, "versions": versions, "marginPx": MARGIN_PX,
        "sampleStride": SAMPLE_STRIDE, "cases": cases,
    }  # fmt: skip
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()

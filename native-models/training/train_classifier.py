"""Trains the two small networks that measure results: which object and what look, and which place.

    python train_classifier.py --sprites sprites.npz --data data/train-0 --validation data/val --out OUT/evaluation

Object network: a 64-pixel crop -> class, and a feature of length 1 in which the same dressed object on two different
backgrounds lies close together (class, colour and pattern losses plus InfoNCE over the two views, van den Oord et
al., arXiv 1807.03748). Place network: the whole picture at 64 pixels -> background. Both are written as ONNX.
Held-out drawings and patterns are used for the reported accuracies only.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import cv2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

from backgrounds import paint_background
from domain import BACKGROUNDS, CLASS_NAMES, COLOUR_NAMES, HELD_OUT_PATTERNS, TRAINING_PATTERNS
from scenes import Artwork, Drawing, Look, dress, random_look

SIDE = 64
SEED = 31
FEATURE_LENGTH = 64
CROP_MARGIN = 0.12  # of the longer side of the object's box, on every side
PATTERN_NAMES = ("none", *TRAINING_PATTERNS)
LOOK_COLOURS = ("own", *COLOUR_NAMES)


def layer(channels_in: int, channels_out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False), nn.BatchNorm2d(channels_out), nn.ReLU(True)
    )


def trunk(width: int) -> nn.Sequential:
    return nn.Sequential(
        layer(3, width, 2), layer(width, width, 1), layer(width, 2 * width, 2), layer(2 * width, 2 * width, 1),
        layer(2 * width, 4 * width, 2), layer(4 * width, 4 * width, 1),
    )  # fmt: skip


class ObjectClassifier(nn.Module):
    """image [n, 3, 64, 64] in -1..1 -> logits [n, classes], feature [n, FEATURE_LENGTH] of length 1."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = trunk(24)
        self.embedding = nn.Linear(2 * 96, FEATURE_LENGTH)
        self.classes = nn.Linear(2 * 96, len(CLASS_NAMES))
        # These two heads only shape the feature; they are not exported.
        self.colours = nn.Linear(FEATURE_LENGTH, len(LOOK_COLOURS))
        self.patterns = nn.Linear(FEATURE_LENGTH, len(PATTERN_NAMES))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = self.trunk(image)
        pooled = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1)
        return self.classes(pooled), functional.normalize(self.embedding(pooled), dim=1)


class PlaceClassifier(nn.Module):
    """image [n, 3, 64, 64] in -1..1, the whole picture -> background_logits [n, places]."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = trunk(16)
        self.places = nn.Linear(64 * 4, len(BACKGROUNDS))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # Mean over quarters: where a colour is tells a place apart.
        return self.places(functional.adaptive_avg_pool2d(self.trunk(image), 2).flatten(1))


def view(sprite: np.ndarray, bank: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """One crop of a dressed sprite on a random part of a background. Returns uint8 [64, 64, 3]."""
    background = bank[rng.integers(len(bank))]
    width = int(rng.integers(70, 200))
    y, x = rng.integers(0, 256 - width + 1, 2)
    picture = cv2.resize(background[y : y + width, x : x + width], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    picture = picture.astype(np.float32)
    premultiplied = sprite.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255
    if rng.random() < 0.5:
        premultiplied = premultiplied[:, ::-1]
    size = sprite.shape[0]
    scale = SIDE / (1 + 2 * CROP_MARGIN) * rng.uniform(0.86, 1.1) / size
    angle, stretch = rng.normal(0, 5), rng.normal(1, 0.05)
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), angle, scale)
    matrix[0] *= stretch
    matrix[:, 2] += SIDE / 2 - size / 2 + rng.uniform(-3, 3, 2) + np.array([(1 - stretch) * SIDE / 2, 0])
    if scale < 0.5:
        premultiplied = cv2.GaussianBlur(np.ascontiguousarray(premultiplied), (0, 0), 0.35 / scale)
    placed = cv2.warpAffine(np.ascontiguousarray(premultiplied), matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    picture = picture * (1 - placed[..., 3:] / 255) + placed[..., :3]
    if rng.random() < 0.5:  # the autoencoder's softness
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.1))
    picture = (picture - 128) * rng.uniform(0.9, 1.1) + 128 + rng.uniform(-10, 10)
    return np.rint(picture.clip(0, 255)).astype(np.uint8)


def labels(drawing: Drawing, look: Look) -> tuple[int, int, int]:
    return (
        CLASS_NAMES.index(drawing.class_name),
        LOOK_COLOURS.index(look.colour or "own"),
        PATTERN_NAMES.index(look.pattern) if look.pattern in PATTERN_NAMES else 0,
    )


def make_pairs(
    artwork: Artwork, bank: list[np.ndarray], count: int, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two views each of `count` dressed objects: uint8 [count, 2, 64, 64, 3] and labels int64 [count, 3].

    kind: 'training', 'drawing' (held-out drawings) or 'pattern' (held-out patterns on training drawings).
    """
    views = np.empty((count, 2, SIDE, SIDE, 3), np.uint8)
    targets = np.empty((count, 3), np.int64)
    for index in range(count):
        name = CLASS_NAMES[index % len(CLASS_NAMES)]
        drawings = artwork.held_out(name) if kind == "drawing" else artwork.training(name)
        drawing = drawings[rng.integers(len(drawings))]
        look = random_look(rng)
        while kind == "pattern" and look.pattern is None:
            look = random_look(rng, HELD_OUT_PATTERNS)
        sprite = dress(drawing, look, rng)
        views[index] = [view(sprite, bank, rng) for _ in range(2)]
        targets[index] = labels(drawing, look)
    return views, targets


def to_tensor(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(images)).movedim(-1, 1).float().div_(127.5).sub_(1)


@torch.no_grad()
def measure(model: ObjectClassifier, views: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Class accuracy, and how often a view finds its own object among itself and 20 distractors."""
    outputs = [model(to_tensor(views[:, side])) for side in range(2)]
    accuracy = np.mean([(logits.argmax(1).numpy() == targets[:, 0]).mean() for logits, _ in outputs])
    first, second = outputs[0][1], outputs[1][1]
    similarity = first @ second.T
    generator = np.random.default_rng(0)
    hits = []
    for index in range(len(views)):
        others = generator.choice(np.delete(np.arange(len(views)), index), 20, replace=False)
        hits.append(bool(similarity[index, index] > similarity[index, others].max()))
    return {"accuracy": round(float(accuracy), 4), "nearestOf21": round(float(np.mean(hits)), 4)}


def rate(share: float) -> float:
    """Cosine from 1 down to a fiftieth."""
    return float(0.02 + 0.98 * np.cos(share * np.pi / 2) ** 2)


def train_objects(artwork: Artwork, bank: list[np.ndarray], steps: int, rng: np.random.Generator) -> ObjectClassifier:
    views, targets = make_pairs(artwork, bank, 6000, "training", rng)
    print("objects drawn", flush=True)
    model = ObjectClassifier().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.02)
    start = time.time()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 30) * rate(step / steps)
        rows = rng.choice(len(views), 40, replace=False)
        goals = torch.from_numpy(np.concatenate([targets[rows]] * 2))
        crops = to_tensor(np.concatenate([views[rows, 0], views[rows, 1]]))
        with torch.autocast("cpu", torch.bfloat16):
            logits, feature = model(crops.to(memory_format=torch.channels_last))
        logits, feature = logits.float(), feature.float()
        loss = functional.cross_entropy(logits, goals[:, 0], label_smoothing=0.05)
        loss = loss + 0.5 * functional.cross_entropy(model.colours(feature * 8), goals[:, 1])
        loss = loss + 0.5 * functional.cross_entropy(model.patterns(feature * 8), goals[:, 2])
        first, second = feature.chunk(2)
        similarity = first @ second.T / 0.1
        same = torch.arange(len(rows))
        loss = loss + 0.25 * (functional.cross_entropy(similarity, same) + functional.cross_entropy(similarity.T, same))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % 50 == 0:
            print(f"{time.time() - start:.0f} s, step {step + 1}, loss {loss.item():.3f}", flush=True)
    return model.eval()


def small_pictures(data: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole pictures at 64 pixels and their places."""
    images = np.load(f"{data}-images.npy", mmap_mode="r")[:count]
    meta = json.load(open(f"{data}-meta.json"))[:count]
    small = np.stack([cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for image in images])
    return small, np.array([BACKGROUNDS.index(entry["place"]) for entry in meta])


def train_places(data: str, steps: int, rng: np.random.Generator) -> PlaceClassifier:
    pictures, targets = small_pictures(data, 3000)
    model = PlaceClassifier()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * rate(step / steps)
        rows = rng.choice(len(pictures), 32, replace=False)
        batch = to_tensor(pictures[rows])
        if rng.random() < 0.5:
            batch = batch.flip(3)
        if rng.random() < 0.5:
            batch = functional.avg_pool2d(batch, 3, 1, 1)
        loss = functional.cross_entropy(model(batch), torch.from_numpy(targets[rows]), label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def export(model: nn.Module, path: str, outputs: list[str]) -> None:
    """One ONNX file with its weights inside and a free batch size."""
    example = torch.zeros(2, 3, SIDE, SIDE)
    torch.onnx.export(
        model, (example,), path, input_names=["image"], output_names=outputs, opset_version=17, dynamo=False,
        dynamic_axes={name: {0: "batch"} for name in ["image", *outputs]},
    )  # fmt: skip
    loaded = onnx.load(path)
    onnx.checker.check_model(loaded)
    weights = sum(numpy_helper.to_array(tensor).size for tensor in loaded.graph.initializer)
    print(f"{path}: {os.path.getsize(path) / 1e6:.2f} MB, {weights / 1e6:.2f} M weights")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--data", required=True, help="a part of make_dataset.py, for the places")
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--object-steps", type=int, default=1400)
    parser.add_argument("--place-steps", type=int, default=500)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)

    artwork = Artwork(options.sprites)
    bank = [paint_background(place, rng) for place in BACKGROUNDS for _ in range(20)]
    objects = train_objects(artwork, bank, options.object_steps, rng)
    results = {
        kind: measure(objects, *make_pairs(artwork, bank, 600, kind, np.random.default_rng(77)))
        for kind in ("training", "drawing", "pattern")
    }
    places = train_places(options.data, options.place_steps, rng)
    pictures, targets = small_pictures(options.validation, 400)
    with torch.no_grad():
        place_accuracy = (places(to_tensor(pictures)).argmax(1).numpy() == targets).mean()

    export(objects, f"{options.out}/classifier.onnx", ["logits", "feature"])
    export(places, f"{options.out}/background-classifier.onnx", ["background_logits"])
    description = {
        "version": 1,
        "classes": CLASS_NAMES,
        "backgrounds": list(BACKGROUNDS),
        "input": {"name": "image", "size": SIDE, "range": [-1, 1], "channels": "RGB"},
        "crop": {
            "margin": CROP_MARGIN,
            "about": "Square around the object mask's box: its longer side plus the margin on every side; parts outside "
            "the picture repeat its edge; resized by area averaging. The background classifier takes the whole picture.",
        },
        "outputs": {
            "classifier.onnx": {"logits": len(CLASS_NAMES), "feature": FEATURE_LENGTH},
            "background-classifier.onnx": {"background_logits": len(BACKGROUNDS)},
        },
        "accuracy": {
            "seenDrawings": results["training"],
            "heldOutDrawings": results["drawing"],
            "heldOutPatterns": results["pattern"],
            "backgrounds": round(float(place_accuracy), 4),
        },
    }
    with open(f"{options.out}/classifier.json", "w") as file:
        json.dump(description, file, indent=2)
        file.write("\n")
    print(json.dumps(description["accuracy"], indent=2))


if __name__ == "__main__":
    main()

"""Trains the starter pack's inpainter: a picture and a hole to the picture with the hole filled.

    python train_inpainter.py --sprites sprites.npz --out inpainter --minutes 20 [--resume] [--export pack/inpainter]

It has LaMa's interface, so that one code runs both:

    image float32 [1, 3, 256, 256], 0..1; mask float32 [1, 1, 256, 256], 1 in the hole -> output like image

A scene's objects are the hole, grown as the app grows it; what is to be found in it is the background that the scene
was composed on. Scenes are drawn as they are needed, none twice; shadows that reach out of the hole stay in the
picture, as they do in the app. A small U-Net at 64 to 8 pixels: these backgrounds are smooth. Loss: L1, MSE and the
L1 of the gradients, in the hole and around it.

The state file is written every minute; --resume goes on from it with a new learning-rate curve.
"""

from __future__ import annotations

import argparse
import json
import os

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from averaged_training import AveragedTraining
from backgrounds import paint_background
from domain import BACKGROUNDS, IMAGE_SIZE
from onnx_weights import store_weights_in_half
from scenes import Artwork, make_background_bank, random_scene
from train_masks import ResidualBlock

WIDTHS = (32, 64, 96, 128)  # at 64, 32, 16 and 8 pixels
BATCH = 8
GROW_PX = (3, 14)
VALIDATION_SEED = 7001
VALIDATION_SCENES = 64


class Inpainter(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        first, *_, last = WIDTHS
        steps = list(zip(WIDTHS[:-1], WIDTHS[1:], strict=True))
        self.conv_in = nn.Conv2d(4 * 16, first, 3, padding=1)
        self.halve = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.down = nn.ModuleList(ResidualBlock(coarse) for _, coarse in steps)
        self.middle = nn.Sequential(ResidualBlock(last), ResidualBlock(last))
        self.widen = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in reversed(steps))
        self.up = nn.ModuleList(ResidualBlock(fine) for fine, _ in reversed(steps))
        self.conv_out = nn.Conv2d(first, 3 * 16, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        known = 1 - mask
        # The hole starts from the known pixels' mean colour, row by row: skies and grounds are layered.
        weights = known.sum(3, keepdim=True)
        total = (image * known).sum(3, keepdim=True)
        whole = total.sum(2, keepdim=True) / weights.sum(2, keepdim=True).clamp(min=1)
        start = (total + 8 * whole) / (weights + 8)
        guess = image * known + start * mask
        x = self.conv_in(F.pixel_unshuffle(torch.cat([guess * 2 - 1, mask], 1), 4))
        skips = []
        for halve, block in zip(self.halve, self.down, strict=True):
            skips.append(x)
            x = block(halve(x))
        x = self.middle(x)
        for widen, block in zip(self.widen, self.up, strict=True):
            x = block(F.interpolate(widen(x), scale_factor=2.0, mode="nearest") + skips.pop())
        filled = guess + F.pixel_shuffle(self.conv_out(F.silu(x)), 4)
        return image * known + filled.clamp(0, 1) * mask if not self.training else filled


class Holes:
    """Pictures with holes, and what was behind the objects."""

    def __init__(self, artwork: Artwork, seed: int, per_place: int) -> None:
        self.artwork, self.per_place = artwork, per_place
        self.rng = np.random.default_rng(seed)
        self.bank = make_background_bank(per_place, seed)

    def draw(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(picture, hole, background): uint8 [h, w, 3], bool [h, w], uint8 [h, w, 3]."""
        while True:
            place = str(self.rng.choice(BACKGROUNDS))
            self.bank[place][self.rng.integers(self.per_place)] = paint_background(place, self.rng)
            scene = random_scene(self.rng, self.artwork, self.bank)
            if scene.objects:
                break
        union = np.max([placed.mask for placed in scene.objects], 0) > 0.5
        radius = int(self.rng.integers(*GROW_PX))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
        return scene.picture, cv2.dilate(union.astype(np.uint8), kernel) > 0, scene.empty

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        pictures, holes, empties = zip(*[self.draw() for _ in range(count)], strict=True)
        to_tensor = lambda images: torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 255
        return to_tensor(pictures), torch.from_numpy(np.stack(holes))[:, None].float(), to_tensor(empties)


def loss_of(model: Inpainter, image: torch.Tensor, mask: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    channels_last = image.to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        filled = model(channels_last, mask)
    difference = (filled.float() - target) * mask
    area = 3 * mask.sum()
    loss = (difference.abs().sum() + 4 * difference.square().sum()) / area
    for axis in (2, 3):
        loss = loss + 0.5 * difference.diff(dim=axis).abs().sum() / area
    return loss


@torch.no_grad()
def hole_psnr(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> float:
    """Mean PSNR in dB over the holes' pixels."""
    was_training = model.training
    model.eval()
    image, mask, target = batch
    values = []
    for at in range(0, len(image), 8):
        part = slice(at, at + 8)
        squares = ((model(image[part], mask[part]) - target[part]) * mask[part]).square().sum((1, 2, 3))
        values.append(-10 * torch.log10(squares / (3 * mask[part].sum((1, 2, 3)))))
    model.train(was_training)
    return float(torch.cat(values).mean())


def telea_psnr(batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> float:
    values = []
    for image, mask, target in zip(*batch, strict=True):
        pixels = (image.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        hole = mask[0].numpy().astype(np.uint8)
        filled = cv2.inpaint(pixels, hole, 5, cv2.INPAINT_TELEA).astype(np.float32) / 255
        squares = (filled - target.permute(1, 2, 0).numpy())[hole > 0] ** 2
        values.append(-10 * np.log10(squares.mean()))
    return float(np.mean(values))


def export(model: Inpainter, folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/model.onnx"
    blank = torch.zeros(1, 3, IMAGE_SIZE, IMAGE_SIZE), torch.zeros(1, 1, IMAGE_SIZE, IMAGE_SIZE)
    torch.onnx.export(
        model.eval(), blank, path, dynamo=False, opset_version=17, input_names=["image", "mask"], output_names=["output"]
    )
    store_weights_in_half(path)
    with open(f"{folder}/config.json", "w") as file:
        json.dump({"format": 1, "architecture": "inpainter", "name": "the starter pack’s inpainter"}, file, ensure_ascii=False)
        file.write("\n")
    print(f"{path}: {os.path.getsize(path) / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sprites", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--export", help="folder for model.onnx and config.json")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    os.makedirs(options.out, exist_ok=True)

    artwork = Artwork(options.sprites)
    validation = Holes(artwork, VALIDATION_SEED, 8).batch(VALIDATION_SCENES)
    training = AveragedTraining(Inpainter(), options.out, learning_rate=options.learning_rate, resume=options.resume)
    model, average = training.model, training.average
    scenes = Holes(artwork, options.seed + 100 + training.steps, 40)
    size = sum(p.numel() for p in model.parameters()) / 1e6
    print(f"{size:.2f} M parameters, from step {training.steps}; Telea {telea_psnr(validation):.2f} dB, "
          f"at the start {hole_psnr(average, validation):.2f} dB", flush=True)  # fmt: skip

    training.run(
        options.minutes,
        lambda: loss_of(model, *scenes.batch(BATCH)),
        lambda: f"hole {hole_psnr(average, validation):.2f} dB over {VALIDATION_SCENES} unseen scenes",
        report_every_s=60,
    )
    if options.export:
        export(training.exported(), options.export)


if __name__ == "__main__":
    main()

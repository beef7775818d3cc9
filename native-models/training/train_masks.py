"""Trains the phrase segmenter: a picture and the words of a phrase to a mask, and to how sure it is.

    python train_masks.py --data data/train-0 data/train-1 --validation data/val --out masks --minutes 25 [--resume]

It learns from the U-Net's own scenes (make_dataset.py).
The network draws one map of logits for each word it knows (mask_words.WORDS), "where is something that this word
fits"; a phrase's map is the smallest of its words' maps: "red cat" is where both "red" and "cat" hold. So one picture
teaches all words at once, absent ones included, and a picture is computed once for any number of phrases.

    picture float32 [b, 3, 128, 128], -1..1; words float32 [b, words], 1 for the phrase's words, else 0
    -> mask_logits float32 [b, 1, 64, 64]; presence_logit float32 [b]: is there such a thing at all?

A small U-Net at 64 to 8 pixels, group norm, residual blocks. Masks are learnt as areas, so that the logits, enlarged
linearly, cross zero at the outline. Loss: cross entropy of every known pixel of every map, those of the picture's own words weighted up, one minus their Dice, and
cross entropy of the presences. Adam and Muon (muon.py); the average of the weights (EMA) is what is exported.
The state file is written every minute; --resume goes on from it with a new learning-rate curve.

Writes OUT/state.pt, and with --export FOLDER the pack's model.onnx (weights stored in float16) and config.json.
"""

from __future__ import annotations

import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from averaged_training import AveragedTraining
from device import add_device_option, half_precision, open_device
from domain import CLASS_NAMES, COLOUR_NAMES, TRAINING_PATTERNS
from mask_words import UNKNOWN, WORDS, YES, object_labels
from onnx_weights import store_weights_in_half
from scenes import Look
from training_log import TrainingLog, add_log_option, stage_name

WIDTHS = (32, 56, 88, 112)  # at 64, 32, 16 and 8 pixels
BATCH = 16
INPUT_SIZE = 128
MASK_SIZE = 64
MAX_OBJECTS = 3
PEAK_LEARNING_RATE = 2e-3
# "No" for a word that the phrase does not have: it never is the smallest.
NOT_ASKED = 100.0


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.GroupNorm(8, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.conv2(F.silu(self.norm(self.conv1(x))))


class PhraseSegmenter(nn.Module):
    """0.3 GMAC a picture: skips are added, not concatenated, and the finest level has blocks on the way up only."""

    def __init__(self) -> None:
        super().__init__()
        first, *_, last = WIDTHS
        steps = list(zip(WIDTHS[:-1], WIDTHS[1:], strict=True))
        self.conv_in = nn.Conv2d(3 * 4, first, 3, padding=1)
        self.halve = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.down = nn.ModuleList(ResidualBlock(coarse) for _, coarse in steps)
        self.middle = nn.Sequential(*[ResidualBlock(last) for _ in range(2)])
        self.widen = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in reversed(steps))
        self.up = nn.ModuleList(ResidualBlock(fine) for fine, _ in reversed(steps))
        self.conv_out = nn.Conv2d(first, len(WORDS), 1)
        self.presence_out = nn.Linear(2 * last, len(WORDS))
        # Most pixels of most maps are "no": start there.
        nn.init.constant_(self.conv_out.bias, -4.0)
        nn.init.constant_(self.presence_out.bias, -2.0)

    def maps(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits [b, words, 64, 64] and presence logits [b, words]."""
        x = self.conv_in(F.pixel_unshuffle(picture, 2))
        skips = []
        for halve, block in zip(self.halve, self.down, strict=True):
            skips.append(x)
            x = block(halve(x))
        x = self.middle(x)
        presence = self.presence_out(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))
        for widen, block in zip(self.widen, self.up, strict=True):
            x = block(F.interpolate(widen(x), scale_factor=2.0, mode="nearest") + skips.pop())
        return self.conv_out(F.silu(x)), presence

    def forward(self, picture: torch.Tensor, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits, presence = self.maps(picture)
        not_asked = (1 - words) * NOT_ASKED
        return (
            (logits + not_asked[:, :, None, None]).amin(1, keepdim=True),
            (presence + not_asked).amin(1),
        )


def word_targets(masks: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of masks [b, objects, h, w] 0..1 and labels [b, objects, words]: what each word's map should be, and where
    that is known; both [b, words, h, w]."""
    target = torch.einsum("bohx,bow->bwhx", masks, (labels == YES).float())
    unknown = torch.einsum("bohx,bow->bwhx", masks, (labels == UNKNOWN).float())
    return target.clamp(0, 1), 1 - unknown.clamp(0, 1)


def augment(images: torch.Tensor) -> torch.Tensor:
    """Softness, grain and light that differ from picture to picture, as generated pictures have them."""
    count = len(images)
    soft = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, 1)
    images = torch.lerp(images, soft, torch.rand(count, 1, 1, 1) ** 2)
    images = images * (1 + 0.15 * torch.randn(count, 1, 1, 1)) + 0.06 * torch.randn(count, 3, 1, 1)
    return images + 0.06 * torch.rand(count, 1, 1, 1) ** 2 * torch.randn_like(images)


def loss_of(model: PhraseSegmenter, images: torch.Tensor, masks: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    device = model.conv_in.weight.device
    images, masks, labels = images.to(device), masks.to(device), labels.to(device)
    with half_precision(device):
        logits, presence = model.maps(images.to(memory_format=torch.channels_last))
    logits, presence = logits.float(), presence.float()
    target, known = word_targets(masks, labels)
    has_word = (labels == YES).any(1).float()
    may_have_word = (labels == UNKNOWN).any(1).float() * (1 - has_word)
    entropy = (F.binary_cross_entropy_with_logits(logits, target, reduction="none") * known).mean((2, 3))
    entropy = (entropy * (1 + 9 * has_word)).mean()
    probability = logits.sigmoid() * known
    overlap = (probability * target).sum((2, 3))
    dice = (2 * overlap + 1) / ((probability + target * known).sum((2, 3)) + 1)
    dice_loss = ((1 - dice) * has_word).sum() / has_word.sum().clamp(min=1)
    presence_entropy = F.binary_cross_entropy_with_logits(presence, has_word, reduction="none")
    presence_loss = (presence_entropy * (1 - may_have_word)).mean()
    return 4 * entropy + dice_loss + 0.5 * presence_loss


class Scenes:
    """Scenes of make_dataset.py: pictures and masks stay on the disk."""

    def __init__(self, paths: list[str]) -> None:
        self.images = [np.load(f"{path}-images.npy", mmap_mode="r") for path in paths]
        self.masks = [np.load(f"{path}-masks.npy", mmap_mode="r") for path in paths]
        self.rows = [(part, row) for part, images in enumerate(self.images) for row in range(len(images))]
        labels = np.zeros((len(self.rows), MAX_OBJECTS, len(WORDS)), np.int8)
        entries = [entry for path in paths for entry in json.load(open(f"{path}-meta.json"))]
        for index, entry in enumerate(entries):
            for slot, (class_name, look) in enumerate(zip(entry["classes"], entry["looks"], strict=True)):
                labels[index, slot] = object_labels(class_name, Look(*look))
        self.labels = torch.from_numpy(labels)

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Images [b, 3, 128, 128] in -1..1, masks [b, objects, 64, 64] in 0..1, labels [b, objects, words]."""
        places = [self.rows[index] for index in indices]
        images = np.stack([self.images[part][row] for part, row in places])
        masks = np.stack([self.masks[part][row] for part, row in places])
        pictures = F.avg_pool2d(torch.from_numpy(images).permute(0, 3, 1, 2).float(), 2)
        return pictures / 127.5 - 1, torch.from_numpy(masks).float() / 255, self.labels[indices]


@torch.no_grad()
def evaluate(model: PhraseSegmenter, scenes: Scenes) -> str:
    """IoU of every object by its class word (all objects of that class), at 64 pixels; false finds of absent classes."""
    overlaps, false_finds, absent = [], 0, 0
    class_count = len(CLASS_NAMES)
    for start in range(0, len(scenes), 50):
        images, masks, labels = scenes.batch(np.arange(start, min(start + 50, len(scenes))))
        logits, presence = (part.cpu() for part in model.maps(images.to(model.conv_in.weight.device)))
        target, _ = word_targets(masks, labels)
        found = (logits[:, :class_count] > 0) & (presence[:, :class_count, None, None] > 0)
        wanted = target[:, :class_count] > 0.5
        present = (labels[:, :, :class_count] == YES).any(1)
        union = (found | wanted).sum((2, 3)).float()
        iou = (found & wanted).sum((2, 3)) / union.clamp(min=1)
        overlaps.append(iou[present])
        # A find is a region that is large enough to be a thing: 0.2 % of the picture.
        false_finds += int((found.sum((2, 3))[~present] > 0.002 * MASK_SIZE**2).sum())
        absent += int((~present).sum())
    iou = torch.cat(overlaps)
    return (
        f"IoU {iou.mean():.4f}, > 0.7 {(iou > 0.7).float().mean():.3f}, < 0.5 {(iou < 0.5).float().mean():.3f}, "
        f"nothing found where nothing is {1 - false_finds / absent:.4f}"
    )


def export(model: PhraseSegmenter, folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/model.onnx"
    words = torch.zeros(1, len(WORDS))
    words[0, 0] = 1
    torch.onnx.export(
        model.eval(), (torch.zeros(1, 3, INPUT_SIZE, INPUT_SIZE), words), path, dynamo=False, opset_version=17,
        input_names=["picture", "words"], output_names=["mask_logits", "presence_logit"],
        dynamic_axes={name: {0: "batch"} for name in ("picture", "words", "mask_logits", "presence_logit")},
    )  # fmt: skip
    store_weights_in_half(path)
    config = {
        "format": 1,
        "architecture": "phrase-segmenter",
        "inputSize": INPUT_SIZE,
        "words": WORDS,
        "things": CLASS_NAMES,
        "looks": [*COLOUR_NAMES, *TRAINING_PATTERNS],
    }
    with open(f"{folder}/config.json", "w") as file:
        json.dump(config, file, indent=2)
        file.write("\n")
    print(f"{path}: {os.path.getsize(path) / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=[])
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--learning-rate", type=float, default=PEAK_LEARNING_RATE)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--export", help="folder for model.onnx and config.json")
    parser.add_argument("--report-seconds", type=float, default=90, help="time between reports and saved states")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    add_device_option(parser)
    add_log_option(parser)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    os.makedirs(options.out, exist_ok=True)

    training = AveragedTraining(
        PhraseSegmenter(),
        options.out,
        learning_rate=options.learning_rate,
        resume=options.resume,
        keep_adamw=("conv_in", "conv_out", "presence_out"),
        device=open_device(options.device),
        log=TrainingLog(options.log, stage_name(options.out)),
    )
    model, average = training.model, training.average
    if options.resume:
        rng = np.random.default_rng(options.seed + training.steps)
    validation, data = Scenes([options.validation]), Scenes(options.data)
    size = sum(p.numel() for p in model.parameters()) / 1e6
    print(f"{size:.2f} M parameters, {len(data)} scenes, from step {training.steps}", flush=True)

    def next_loss() -> torch.Tensor:
        images, masks, labels = data.batch(rng.integers(len(data), size=BATCH))
        if rng.random() < 0.5:
            images, masks = images.flip(3), masks.flip(3)
        return loss_of(model, augment(images), masks, labels)

    training.run(options.minutes, next_loss, lambda: evaluate(average, validation), options.report_seconds)
    if options.export:
        export(training.exported(), options.export)


if __name__ == "__main__":
    main()

"""Crops of pictures to train the autoencoder on."""

from __future__ import annotations

import numpy as np
import torch

CROP = 96
CANDIDATES = 3


class Crops:
    """Draws crops from the parts of a data set (make_dataset.py). Of three random crops the busiest is taken: plain sky
    teaches little. On a GPU all of the pictures lie in its memory; else they stay on the disk."""

    def __init__(self, names: list[str], device: torch.device, rng: np.random.Generator) -> None:
        self.images = [np.load(f"{name}-images.npy", mmap_mode="c") for name in names]
        self.device, self.rng = device, rng
        self.parts = [torch.from_numpy(part) for part in self.images]
        if device.type != "cpu":
            self.parts = [torch.from_numpy(np.array(part)).to(device) for part in self.images]

    def draw(self, count: int) -> torch.Tensor:
        """float32 [count, 3, CROP, CROP] in -1..1, half of them mirrored. Each batch is from one random part."""
        part = self.parts[self.rng.integers(len(self.parts))]
        _, height, width, _ = part.shape
        shape = (count, CANDIDATES, 1, 1)
        rows, tops, lefts = (
            torch.from_numpy(self.rng.integers(0, end, shape)).to(self.device)
            for end in (len(part), height - CROP + 1, width - CROP + 1)
        )
        reach = torch.arange(CROP, device=self.device)
        crops = part[rows, tops + reach[:, None], lefts + reach].float()  # [count, CANDIDATES, CROP, CROP, 3]
        coarse = crops[:, :, ::3, ::3]
        activity = sum(coarse.diff(dim=axis).abs().mean((2, 3, 4)) for axis in (2, 3))
        best = crops[torch.arange(count, device=self.device), activity.argmax(1)]
        mirrored = torch.from_numpy(self.rng.random(count) < 0.5).to(self.device)
        best = torch.where(mirrored[:, None, None, None], best.flip(2), best)
        return best.permute(0, 3, 1, 2).div(127.5).sub(1).contiguous(memory_format=torch.channels_last)

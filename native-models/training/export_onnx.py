"""Writes a pack's networks as plain ONNX, for any ONNX Runtime, and compares each with PyTorch.

    python export_onnx.py --pack pack --out onnx

The program itself reads the safetensors and builds graphs with more inputs (native-models/graph); these are for other
programs, and show on the machine that trained them that the exported weights compute the same. Weights are stored in
half precision, as in the pack.

    unet.onnx          sample [n, 4, 32, 32], timestep int64 [n], text [n, 24, 128] -> noise [n, 4, 32, 32]
    text_encoder.onnx  ids int64 [n, 24] -> text [n, 24, 128]
    vae_encoder.onnx   image [n, 3, 256, 256] in -1..1 -> latents [n, 4, 32, 32]
    vae_decoder.onnx   latents -> image
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

import numpy as np
import onnxruntime
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextModel

from domain import IMAGE_SIZE, LATENT_CHANNELS, LATENT_SIZE, MAX_TOKENS
from onnx_weights import store_weights_in_half
from starter_models import TEXT_WIDTH

# Of outputs of about unit size; float32 on both sides.
TOLERANCE = 2e-3


class Function(nn.Module):
    """A call as a module, which is what the exporter takes."""

    def __init__(self, model: nn.Module, call: Callable[..., torch.Tensor]) -> None:
        super().__init__()
        self.model, self.call = model, call

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return self.call(self.model, *inputs)


def export(function: Function, inputs: dict[str, torch.Tensor], output: str, path: str) -> float:
    """Returns the largest difference to PyTorch. Raises ValueError where it is above TOLERANCE."""
    names = [*inputs, output]
    torch.onnx.export(
        function.eval(), tuple(inputs.values()), path, dynamo=False, opset_version=17, input_names=[*inputs],
        output_names=[output], dynamic_axes={name: {0: "batch"} for name in names},
    )  # fmt: skip
    store_weights_in_half(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = function(*inputs.values()).numpy()
    (found,) = session.run([output], {name: value.numpy() for name, value in inputs.items()})
    difference = float(np.abs(found - expected).max())
    print(f"{path}: {os.path.getsize(path) / 1e6:.2f} MB, largest difference to PyTorch {difference:.1e}", flush=True)
    if not difference <= TOLERANCE:
        raise ValueError(f"{path} differs from PyTorch by {difference}.")
    return difference


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True, help="output folder of export_pack.py")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_pretrained(f"{options.pack}/unet", torch_dtype=torch.float32)
    text_encoder = CLIPTextModel.from_pretrained(
        f"{options.pack}/text_encoder", dtype=torch.float32, attn_implementation="eager"
    )
    vae = AutoencoderTiny.from_pretrained(f"{options.pack}/vae", torch_dtype=torch.float32)

    # Two rows, so that no axis of one row is taken for a constant.
    ids = torch.randint(text_encoder.config.vocab_size, (2, MAX_TOKENS))
    sample = torch.randn(2, LATENT_CHANNELS, LATENT_SIZE, LATENT_SIZE)
    text, timestep = torch.randn(2, MAX_TOKENS, TEXT_WIDTH), torch.tensor([10, 900])
    image = torch.rand(2, 3, IMAGE_SIZE, IMAGE_SIZE) * 2 - 1
    export(
        Function(unet, lambda model, sample, timestep, text: model(sample, timestep, text).sample),
        {"sample": sample, "timestep": timestep, "text": text}, "noise", f"{options.out}/unet.onnx",
    )  # fmt: skip
    export(
        Function(text_encoder, lambda model, ids: model(ids).last_hidden_state),
        {"ids": ids}, "text", f"{options.out}/text_encoder.onnx",
    )  # fmt: skip
    scale = vae.config.scaling_factor
    export(
        Function(vae.encoder, lambda model, image: model(image) * scale),
        {"image": image}, "latents", f"{options.out}/vae_encoder.onnx",
    )  # fmt: skip
    export(
        Function(vae.decoder, lambda model, latents: model(latents / scale)),
        {"latents": sample}, "image", f"{options.out}/vae_decoder.onnx",
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""Times rows of a U-Net in PyTorch or OpenVINO: the other half of frameworks.ts.

    python frameworks.py torch|convert|openvino CHECKPOINT EXCHANGE SECONDS

EXCHANGE holds the inputs and the result of this program (own-rows.ts). `convert` writes OpenVINO's model there in a
process of its own, so that `openvino` need not hold PyTorch's weights too. Everything in single precision, on one
thread. Prints {"msPerRow": processor time, the least of the calls, "difference": largest difference to this program's
result, relative to its largest value}.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from diffusers import UNet2DConditionModel


class Rows(torch.nn.Module):
    """The U-Net with its inputs by position."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet", torch_dtype=torch.float32).eval()

    def forward(
        self, sample: torch.Tensor, timestep: torch.Tensor, text: torch.Tensor, pooled: torch.Tensor | None = None,
        time_ids: torch.Tensor | None = None,
    ) -> torch.Tensor:  # fmt: skip
        added = None if pooled is None else {"text_embeds": pooled, "time_ids": time_ids}
        return self.unet(sample, timestep, text, added_cond_kwargs=added, return_dict=False)[0]


def read_inputs(exchange: str) -> tuple[list[np.ndarray], np.ndarray]:
    """The inputs in forward()'s order, and this program's result."""
    with open(f"{exchange}/inputs.json") as file:
        dims = json.load(file)
    values = {name: np.fromfile(f"{exchange}/{name}.bin", np.float32).reshape(shape) for name, shape in dims.items()}
    noise = values.pop("noise")
    values["timestep"] = values["timestep"].astype(np.int64)
    return [values[name] for name in ("sample", "timestep", "text", "pooled", "time_ids") if name in values], noise


def measure(run: Callable[[], np.ndarray], noise: np.ndarray, seconds: float) -> None:
    found = run()
    times: list[float] = []
    started = time.perf_counter()
    while len(times) < 3 or time.perf_counter() - started < seconds:
        before = time.process_time()
        run()
        times.append(time.process_time() - before)
    print(
        json.dumps(
            {
                "msPerRow": min(times) * 1000 / len(noise),
                "difference": float(np.abs(found - noise).max() / np.abs(noise).max()),
            }
        )
    )


@torch.no_grad()
def main() -> None:
    what, checkpoint, exchange, seconds = sys.argv[1:]
    torch.set_num_threads(1)
    inputs, noise = read_inputs(exchange)
    tensors = [torch.from_numpy(values) for values in inputs]
    if what == "torch":
        rows = Rows(checkpoint)
        measure(lambda: rows(*tensors).numpy(), noise, float(seconds))
        return
    import openvino

    if what == "convert":
        model = openvino.convert_model(Rows(checkpoint), example_input=tuple(tensors))
        model.reshape({port: list(values.shape) for port, values in zip(model.inputs, inputs, strict=True)})
        # The weights are in half precision anyway.
        openvino.save_model(model, f"{exchange}/openvino.xml", compress_to_fp16=True)
        return
    core = openvino.Core()
    compiled = core.compile_model(f"{exchange}/openvino.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": "1"})
    measure(lambda: compiled(inputs)[0].copy(), noise, float(seconds))


if __name__ == "__main__":
    main()

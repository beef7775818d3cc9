"""Where a training runs: on a CUDA device if there is one, else on the processor, alone or with others by torchrun."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

import torch
import torch.distributed as dist


def add_device_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="cuda, cpu, or auto: cuda if there is one")


def open_device(name: str) -> torch.device:
    """The device of that name, ready for convolutions of one size. Raises RuntimeError where it is not there."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    if device.type == "cuda":
        torch.zeros(1, device=device)
        # Every step has the same sizes: worth a search for the fastest kernels.
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
    return device


def has_bfloat16(device: torch.device) -> bool:
    """Whether the hardware computes in bfloat16. Processors without avx512_bf16 only imitate it: on one with AVX2 a
    training step took seven times as long as in float32."""
    return device.type != "cpu" or bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def half_precision(device: torch.device) -> torch.autocast:
    """bfloat16 where it suffices and the hardware has it. With the channels last it is about twice as fast as float32,
    on processors too."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))


@torch.no_grad()
def move_average(average: Iterable[torch.Tensor], current: Iterable[torch.Tensor], decay: float) -> None:
    """average = decay average + (1 - decay) current, in place: the exponential moving average of the weights."""
    torch._foreach_lerp_(list(average), [tensor.detach() for tensor in current], 1 - decay)


class Workers:
    """The processes that train one model together: those that torchrun started, or this one alone.

    On a processor each has one thread and is tied to a core of its own: on a busy machine two threads of one process
    may share a core and wait for each other in a spin, which was seen to cost nine tenths of the speed.
    """

    def __init__(self, device: torch.device) -> None:
        self.rank, self.count = 0, 1
        if "RANK" not in os.environ:
            return
        if device.type != "cpu":
            raise RuntimeError("torchrun is for processors: one process trains on a GPU.")
        dist.init_process_group("gloo")
        self.rank, self.count = dist.get_rank(), dist.get_world_size()
        torch.set_num_threads(1)
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[self.rank % os.cpu_count()]})

    def wait_for_all(self) -> None:
        if self.count > 1:
            dist.barrier()

    def average_gradients(self, parameters: list[torch.nn.Parameter]) -> None:
        if self.count == 1:
            return
        flat = torch.cat([p.grad.flatten() for p in parameters])
        dist.all_reduce(flat)
        sizes = [p.numel() for p in parameters]
        for parameter, part in zip(parameters, (flat / self.count).split(sizes), strict=True):
            parameter.grad.copy_(part.view(parameter.shape))

    def of_first(self, value: float) -> float:
        """The first worker's value, in all: its clock, so that all stop at the same step."""
        if self.count == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64)
        dist.broadcast(shared, 0)
        return shared.item()

    def close(self) -> None:
        if self.count > 1:
            dist.barrier()
            dist.destroy_process_group()

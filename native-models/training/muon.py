"""Muon (Jordan et al., 2024): momentum whose update is made orthogonal, for weight matrices and convolutions.

On this small budget it needs clearly fewer steps than AdamW. The update is scaled to AdamW's usual size
(0.2 sqrt(larger side), Liu et al., arXiv 2502.16982), so AdamW's learning rates carry over. Vectors, embeddings and
the first and last layers stay with AdamW.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch


def orthogonalise(matrix: torch.Tensor, iterations: int = 5) -> torch.Tensor:
    """About U V^T of a matrix's singular value decomposition, by the quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).bfloat16()  # the iteration forgives rounding
    for _ in range(iterations):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).to(matrix.dtype)


class MuonWithAdamW(torch.optim.Optimizer):
    """One optimiser for a whole model: Muon for `matrices`, AdamW for `others`, one learning rate."""

    def __init__(
        self, matrices: Iterable[torch.nn.Parameter], others: Iterable[torch.nn.Parameter], lr: float,
        weight_decay: float = 0.01, momentum: float = 0.95, betas: tuple[float, float] = (0.9, 0.98),
    ) -> None:  # fmt: skip
        groups = [{"params": list(matrices), "muon": True}, {"params": list(others), "muon": False}]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "betas": betas})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if group["muon"]:
                    if not state:
                        state["momentum"] = torch.zeros_like(parameter)
                    state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                    nesterov = parameter.grad.lerp(state["momentum"], group["momentum"])
                    update = orthogonalise(nesterov.flatten(1))
                    update = update.view_as(parameter) * (0.2 * max(update.shape) ** 0.5)
                else:
                    if not state:
                        state.update(step=0, first=torch.zeros_like(parameter), second=torch.zeros_like(parameter))
                    state["step"] += 1
                    state["first"].lerp_(parameter.grad, 1 - group["betas"][0])
                    state["second"].lerp_(parameter.grad.square(), 1 - group["betas"][1])
                    first = state["first"] / (1 - group["betas"][0] ** state["step"])
                    second = state["second"] / (1 - group["betas"][1] ** state["step"])
                    update = first / (second.sqrt() + 1e-8)
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.sub_(update, alpha=group["lr"])


def split_parameters(
    model: torch.nn.Module, keep_adamw: tuple[str, ...] = ("embedding", "conv_in", "conv_out")
) -> tuple[list[torch.nn.Parameter], list[torch.nn.Parameter]]:
    """(matrices for Muon, others for AdamW) among a model's trainable parameters."""
    matrices, others = [], []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        is_matrix = parameter.ndim >= 2 and not any(part in name for part in keep_adamw)
        (matrices if is_matrix else others).append(parameter)
    return matrices, others

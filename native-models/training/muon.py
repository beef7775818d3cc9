"""Muon (Jordan et al., 2024): momentum whose update is made orthogonal, for weight matrices and convolutions.

On this small budget it needs clearly fewer steps than AdamW. The update is scaled to AdamW's usual size
(0.2 sqrt(larger side), Liu et al., arXiv 2502.16982), so AdamW's learning rates carry over. Vectors, embeddings and
the first and last layers stay with AdamW.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch

from device import has_bfloat16


def orthogonalise(matrices: torch.Tensor, iterations: int = 5) -> torch.Tensor:
    """About U V^T of the singular value decomposition of each matrix [n, rows, columns], by the quintic Newton-Schulz
    iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    if has_bfloat16(x.device):
        x = x.bfloat16()  # the iteration forgives rounding
    for _ in range(iterations):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return (x.mT if tall else x).to(matrices.dtype)


class MuonWithAdamW(torch.optim.Optimizer):
    """One optimiser for a whole model: Muon for `matrices`, AdamW for `others`, one learning rate.

    All tensors of a kind are updated by one call: a GPU starts hundreds of small kernels slower than it runs them.
    """

    def __init__(
        self, matrices: Iterable[torch.nn.Parameter], others: Iterable[torch.nn.Parameter], lr: float,
        weight_decay: float = 0.01, momentum: float = 0.95, betas: tuple[float, float] = (0.9, 0.98),
    ) -> None:  # fmt: skip
        groups = [{"params": list(matrices), "muon": True}, {"params": list(others), "muon": False}]
        super().__init__(groups, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "betas": betas})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            parameters = [parameter for parameter in group["params"] if parameter.grad is not None]
            if not parameters:
                continue
            updates = (self._muon if group["muon"] else self._adamw)(parameters, group)
            torch._foreach_mul_(parameters, 1 - group["lr"] * group["weight_decay"])
            torch._foreach_sub_(parameters, updates, alpha=group["lr"])

    def _muon(self, parameters: list[torch.nn.Parameter], group: dict) -> list[torch.Tensor]:
        gradients = [parameter.grad for parameter in parameters]
        momenta = self._states("momentum", parameters)
        torch._foreach_lerp_(momenta, gradients, 1 - group["momentum"])
        directions = torch._foreach_lerp(gradients, momenta, group["momentum"])  # Nesterov's
        by_shape: dict[tuple[int, ...], list[int]] = {}
        for index, direction in enumerate(directions):
            by_shape.setdefault(tuple(direction.flatten(1).shape), []).append(index)
        updates = list(directions)
        for shape, indices in by_shape.items():
            stacked = orthogonalise(torch.stack([directions[index].flatten(1) for index in indices]))
            for index, update in zip(indices, stacked * (0.2 * max(shape) ** 0.5), strict=True):
                updates[index] = update.reshape(parameters[index].shape)
        return updates

    def _adamw(self, parameters: list[torch.nn.Parameter], group: dict) -> list[torch.Tensor]:
        gradients = [parameter.grad for parameter in parameters]
        first, second = self._states("first", parameters), self._states("second", parameters)
        for parameter in parameters:
            self.state[parameter]["step"] = self.state[parameter].get("step", 0) + 1
        steps = [self.state[parameter]["step"] for parameter in parameters]
        first_beta, second_beta = group["betas"]
        torch._foreach_lerp_(first, gradients, 1 - first_beta)
        torch._foreach_mul_(second, second_beta)
        torch._foreach_addcmul_(second, gradients, gradients, 1 - second_beta)
        sizes = torch._foreach_sqrt(second)
        torch._foreach_div_(sizes, [(1 - second_beta**step) ** 0.5 for step in steps])
        torch._foreach_add_(sizes, 1e-8)
        updates = torch._foreach_div(first, [1 - first_beta**step for step in steps])
        torch._foreach_div_(updates, sizes)
        return updates

    def _states(self, name: str, parameters: list[torch.nn.Parameter]) -> list[torch.Tensor]:
        for parameter in parameters:
            if name not in self.state[parameter]:
                self.state[parameter][name] = torch.zeros_like(parameter)
        return [self.state[parameter][name] for parameter in parameters]


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

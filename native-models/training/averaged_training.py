"""The training loop of the segmenter and the inpainter: Muon with AdamW, a learning-rate curve over the given minutes,
and the average of the weights (EMA), which is what is validated and exported.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable

import torch
from torch import nn

from device import move_average
from muon import MuonWithAdamW, split_parameters
from training_log import TrainingLog
from training_state import save_state

EMA_DECAY = 0.998


class AveragedTraining:
    """A model with its optimiser and averaged weights. FOLDER/state.pt holds all of it, so that a run can be resumed."""

    def __init__(
        self, model: nn.Module, folder: str, *, learning_rate: float, resume: bool, keep_adamw: tuple[str, ...] = (),
        device: torch.device = torch.device("cpu"), log: TrainingLog | None = None,
    ) -> None:  # fmt: skip
        self.model = model.to(device)
        self.log = log
        self.average = copy.deepcopy(model)
        wide, narrow = split_parameters(model, keep_adamw=keep_adamw)
        self.optimizer = MuonWithAdamW(wide, narrow, lr=learning_rate, weight_decay=1e-3)
        self.learning_rate = learning_rate
        self.steps = 0
        self.state_path = f"{folder}/state.pt"
        if resume:
            state = torch.load(self.state_path, map_location=device)
            for name, part in self._parts().items():
                part.load_state_dict(state[name])
            self.steps = state["steps"]
        model.to(memory_format=torch.channels_last)

    def run(
        self, minutes: float, next_loss: Callable[[], torch.Tensor], validate: Callable[[], str], report_every_s: float
    ) -> None:
        """Trains for a time with the loss of a fresh batch per step; `validate` describes the averaged model."""
        budget, start, last_report, running = minutes * 60, time.time(), time.time(), None
        while (elapsed := time.time() - start) < budget:
            loss = next_loss()
            # Flat, then falling to nearly nothing over the last 60 %.
            warm_up = min(1, (self.steps + 1) / 50)
            for group in self.optimizer.param_groups:
                group["lr"] = self.learning_rate * warm_up * max(0.02, min(1, (1 - elapsed / budget) / 0.6))
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.steps += 1
            decay = min(EMA_DECAY, self.steps / (self.steps + 10))
            move_average(self.average.parameters(), self.model.parameters(), decay)
            running = loss.detach() if running is None else running.lerp(loss.detach(), 0.02)
            if time.time() - last_report > report_every_s:
                found = validate()
                print(f"{elapsed:.0f} s, step {self.steps}, loss {running.item():.4f}, {found}", flush=True)
                if self.log:
                    self.log.report(seconds=elapsed, step=self.steps, loss=running.item(), validation=found)
                self._save()
                last_report = time.time()
        if budget > 0:
            self._save()
        print(f"at step {self.steps}: {validate()}", flush=True)

    def exported(self) -> nn.Module:
        """The averaged model in the memory layout that torch's exporter expects."""
        return self.average.to("cpu", memory_format=torch.contiguous_format)

    def _parts(self) -> dict[str, nn.Module | MuonWithAdamW]:
        return {"model": self.model, "average": self.average, "optimizer": self.optimizer}

    def _save(self) -> None:
        state = {name: part.state_dict() for name, part in self._parts().items()}
        save_state({**state, "steps": self.steps}, self.state_path)

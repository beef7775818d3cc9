"""Saved states of trainings: a run that is killed while it writes keeps the earlier one."""

from __future__ import annotations

import os

import torch


def save_state(state: dict, path: str) -> None:
    torch.save(state, f"{path}.tmp")
    os.replace(f"{path}.tmp", path)

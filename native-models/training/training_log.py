"""What a training reports: a line to read, and a line of JSON to plot."""

from __future__ import annotations

import argparse
import json
import os


def add_log_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log", help="file to which every report is added as a line of JSON")


class TrainingLog:
    """Adds reports to a file, if one is wanted, and prints them."""

    def __init__(self, path: str | None, stage: str) -> None:
        self.path, self.stage = path, stage

    def report(self, **values: float | int | str) -> None:
        """Values by name, in order. Floats are written to six digits."""
        rounded = {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in values.items()}
        print(", ".join(f"{name} {value}" for name, value in rounded.items()), flush=True)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps({"stage": self.stage, **rounded}) + "\n")


def stage_name(out: str) -> str:
    """A stage is called as its folder is."""
    return os.path.basename(os.path.normpath(out))

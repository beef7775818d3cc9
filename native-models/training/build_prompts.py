"""Writes the prompts that measure text to image: pairs of things that training never showed together.

    python build_prompts.py --out ../packs/starter/evaluation/prompts.json

Every pair of HELD_OUT_PAIRS in every place, until there are COUNT; each with a seed of its own.
"""

from __future__ import annotations

import argparse
import json

from domain import BACKGROUNDS, HELD_OUT_PAIRS
from scenes import Look, scene_prompt

COUNT = 300
FIRST_SEED = 74_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    pairs = sorted(sorted(pair) for pair in HELD_OUT_PAIRS)
    prompts = []
    for index in range(COUNT):
        classes = pairs[index % len(pairs)]
        place = BACKGROUNDS[index // len(pairs) % len(BACKGROUNDS)]
        prompt = scene_prompt(place, [(name, Look()) for name in classes])
        prompts.append({"prompt": prompt, "classes": classes, "place": place, "seed": FIRST_SEED + index})
    with open(options.out, "w") as file:
        file.write("[\n" + ",\n".join(f"  {json.dumps(entry)}" for entry in prompts) + "\n]\n")


if __name__ == "__main__":
    main()

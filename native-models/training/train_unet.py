"""Trains the text encoder and the U-Net on the autoencoder's latents.

    torchrun --nproc-per-node 2 train_unet.py --data data/train-0 data/train-1 --validation data/val \
        --autoencoder autoencoder --tokenizer tokenizer --out unet --minutes 80 \
        [--resume unet/state.pt] [--emphasise cat=2 dog=3]

One process a core, one thread each, tied to its core: on a busy machine two threads of one process may share a core
and wait for each other in a spin, which was seen to cost nine tenths of the speed. bfloat16 with the channels last;
Muon for matrices (muon.py), AdamW for the rest.

--emphasise draws the scenes whose caption has one of the given words that many times as often: the drawings of cats
and dogs differ more than those of cars, and need more examples.

Epsilon prediction; min-SNR-5 weights (Hang et al., arXiv 2303.09556); stratified timesteps; captions dropped in one
case of ten for classifier-free guidance; an exponential moving average of the weights is what is used. The state
holds weights, average, optimiser and step: a resumed run goes on where it stopped, with other random draws and a new
learning-rate curve over the new budget.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time

import numpy as np
import torch
import torch.distributed as dist
from diffusers import AutoencoderTiny
from PIL import Image
from torch import nn
from transformers import CLIPTokenizer

from autoencoder import decode, encode
from muon import MuonWithAdamW, split_parameters
from starter_models import alphas_cumprod, new_text_encoder, new_unet, sample, tokenize

ROWS_PER_WORKER = 8
PEAK_LEARNING_RATE = 1e-3
EMA_DECAY = 0.999
CAPTION_DROPOUT = 0.1
SNR_CEILING = 5.0

GRID_PROMPTS = [
    "a photo of a cat, beach background",
    "a photo of a dog, forest background",
    "a photo of a red car, room background",
    "a photo of a guitar, meadow background",
    "a photo of a blue teddy, snow background",
    "a photo of a balloon and a rabbit, mountain background",
    "a photo of a house, desert background",
    "a photo of a penguin, snow background",
    "a photo of a striped purple mushroom, forest background",
    "a photo of a cat and a guitar, beach background",
    "a photo of a dog and a car, sunset background",
    "a photo of a robot, room background",
    "a photo of a flower and a teddy, meadow background",
    "a photo of a green robot and a yellow house, desert background",
    "a photo of a rabbit, sunset background",
    "a photo of a mountain background",
]


def encode_scenes(autoencoder: AutoencoderTiny, name: str, folder: str) -> np.ndarray:
    """Latents of a data part, float16 [n, 4, 32, 32]; kept beside the autoencoder."""
    cached = f"{folder}/latents-{os.path.basename(name)}.npy"
    if os.path.exists(cached):
        return np.load(cached)
    images = np.load(f"{name}-images.npy", mmap_mode="r")
    with torch.autocast("cpu", torch.bfloat16):
        latents = encode(autoencoder, images).half().numpy()
    np.save(cached, latents)
    print(f"encoded {name}: deviation {latents.astype(np.float32).std((0, 2, 3))}", flush=True)
    return latents


def drawing_odds(captions: list[list[str]], emphasis: dict[str, float]) -> np.ndarray:
    """How often each scene is drawn, float64 [scenes] with sum 1: the greatest emphasis of its caption's words, else 1."""
    odds = np.array([max([1.0, *(emphasis.get(word, 1.0) for word in c[0].replace(",", " ").split())]) for c in captions])
    return odds / odds.sum()


def word_emphasis(text: str) -> tuple[str, float]:
    """"dog=3" -> ("dog", 3.0)."""
    word, _, factor = text.partition("=")
    return word, float(factor)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--autoencoder", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--grid-minutes", type=float, default=15)
    parser.add_argument("--resume")
    parser.add_argument("--emphasise", nargs="*", type=word_emphasis, default=[], metavar="WORD=FACTOR")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    dist.init_process_group("gloo")
    rank, workers = dist.get_rank(), dist.get_world_size()
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[rank % os.cpu_count()]})
    torch.manual_seed(0)

    tokenizer = CLIPTokenizer.from_pretrained(options.tokenizer)
    autoencoder = AutoencoderTiny.from_pretrained(options.autoencoder).to(memory_format=torch.channels_last).eval()
    # Each worker encodes its share of the parts; then all read all of them.
    for name in [*options.data, options.validation][rank::workers]:
        encode_scenes(autoencoder, name, options.autoencoder)
    dist.barrier()
    parts = [encode_scenes(autoencoder, name, options.autoencoder) for name in options.data]
    latents = torch.from_numpy(np.concatenate(parts))
    captions = [entry["captions"] for name in options.data for entry in json.load(open(f"{name}-meta.json"))]
    odds = drawing_odds(captions, dict(options.emphasise))
    token_ids = torch.stack([tokenize(tokenizer, [c[i] for c in captions]) for i in range(2)], 1)
    validation_latents = torch.from_numpy(encode_scenes(autoencoder, options.validation, options.autoencoder)[:96]).float()
    validation_meta = json.load(open(f"{options.validation}-meta.json"))[:96]
    validation_ids = tokenize(tokenizer, [entry["captions"][0] for entry in validation_meta])
    no_text = tokenize(tokenizer, [""])[0]

    model = nn.ModuleDict({"unet": new_unet().to(memory_format=torch.channels_last), "text_encoder": new_text_encoder(tokenizer)})
    average = copy.deepcopy(model).requires_grad_(False)
    optimizer = MuonWithAdamW(*split_parameters(model), lr=PEAK_LEARNING_RATE)
    steps, seconds_before = 0, 0.0
    if options.resume:
        state = torch.load(options.resume, weights_only=False)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        steps, seconds_before = state["steps"], state["seconds"]
    # The models start equal in every worker; from here on each draws its own examples and noise.
    rng = np.random.default_rng([1, rank, steps])
    torch.manual_seed(steps * workers + rank)
    for name, part in model.items():
        print(f"{name}: {sum(p.numel() for p in part.parameters()) / 1e6:.2f} M parameters", flush=True)

    products = alphas_cumprod()
    signal, noise_level = products.sqrt().float(), (1 - products).sqrt().float()
    snr = products / (1 - products)
    weights = (snr.clamp(max=SNR_CEILING) / snr).float()

    def noised(originals: torch.Tensor, timesteps: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        view = (-1, 1, 1, 1)
        return signal[timesteps].view(view) * originals + noise_level[timesteps].view(view) * noise

    parameters = list(model.parameters())

    def average_gradients() -> None:
        flat = torch.cat([p.grad.flatten() for p in parameters])
        dist.all_reduce(flat)
        for parameter, part in zip(parameters, (flat / workers).split([p.numel() for p in parameters]), strict=True):
            parameter.grad.copy_(part.view(parameter.shape))

    def training_step(learning_rate: float) -> float:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        rows = torch.from_numpy(rng.choice(len(latents), ROWS_PER_WORKER, p=odds))
        originals = latents[rows].float()
        ids = token_ids[rows, torch.from_numpy(rng.integers(0, 2, ROWS_PER_WORKER))].clone()
        ids[torch.from_numpy(rng.random(ROWS_PER_WORKER) < CAPTION_DROPOUT)] = no_text
        strata = np.arange(ROWS_PER_WORKER) * workers + rank + rng.random(ROWS_PER_WORKER)
        timesteps = torch.from_numpy((strata / (ROWS_PER_WORKER * workers) * 1000).astype(np.int64))
        noise = torch.randn_like(originals)
        with torch.autocast("cpu", torch.bfloat16):
            text = model["text_encoder"](ids).last_hidden_state
            inputs = noised(originals, timesteps, noise).contiguous(memory_format=torch.channels_last)
            prediction = model["unet"](inputs, timesteps, text).sample
        loss = ((prediction.float() - noise).square().mean((1, 2, 3)) * weights[timesteps]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        decay = min(EMA_DECAY, (1 + steps) / (20 + steps))
        with torch.no_grad():
            for kept, current in zip(average.parameters(), model.parameters(), strict=True):
                kept.lerp_(current, 1 - decay)
        return loss.item()

    @torch.no_grad()
    def validate() -> float:
        """Mean squared error of the noise prediction over evenly spread timesteps."""
        generator = torch.Generator().manual_seed(3)
        timesteps = torch.linspace(10, 990, 96).long()
        noise = torch.randn(validation_latents.shape, generator=generator)
        errors = []
        for at in range(0, 96, 32):
            part = slice(at, at + 32)
            text = average["text_encoder"](validation_ids[part]).last_hidden_state
            inputs = noised(validation_latents[part], timesteps[part], noise[part])
            errors.append((average["unet"](inputs, timesteps[part], text).sample - noise[part]).square().mean((1, 2, 3)))
        return torch.cat(errors).mean().item()

    @torch.no_grad()
    def save(label: str) -> None:
        seconds = seconds_before + time.time() - start - paused
        torch.save(
            {
                "model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                "steps": steps, "seconds": seconds,
            },
            f"{options.out}/state.pt.tmp",
        )  # fmt: skip
        os.replace(f"{options.out}/state.pt.tmp", f"{options.out}/state.pt")
        average["unet"].save_pretrained(f"{options.out}/unet")
        average["text_encoder"].save_pretrained(f"{options.out}/text_encoder")
        with torch.autocast("cpu", torch.bfloat16):
            samples = sample(average["unet"], average["text_encoder"], tokenizer, GRID_PROMPTS, 20, 3.0, 5)
        images = decode(autoencoder, samples)
        grid = np.concatenate([np.concatenate(list(images[row : row + 8]), 1) for row in (0, 8)], 0)
        Image.fromarray(grid).resize((1600, 400)).save(f"{options.out}/grid-{label}.png")
        print(f"saved at {seconds / 60:.0f} minutes, step {steps}", flush=True)

    budget = options.minutes * 60
    start, paused, last_report, next_grid = time.time(), 0.0, 0.0, 5 * 60.0
    running = None
    first_step = steps

    def elapsed_seconds() -> float:
        """The first worker's clock, so that all stop at the same step."""
        clock = torch.tensor([time.time() - start - paused], dtype=torch.float64)
        dist.broadcast(clock, 0)
        return clock.item()

    while (elapsed := elapsed_seconds()) < budget:
        warm_up = min(1, (steps - first_step + 1) / 200)
        loss = training_step(PEAK_LEARNING_RATE * warm_up * (0.5 * (1 + math.cos(math.pi * elapsed / budget)) * 0.97 + 0.03))
        steps += 1
        running = loss if running is None else 0.98 * running + 0.02 * loss
        if rank == 0 and elapsed - last_report > 180:
            print(
                f"{elapsed:.0f} s, step {steps}, {elapsed / (steps - first_step):.3f} s a step, training loss {running:.4f}, "
                f"validation mse {validate():.4f}",
                flush=True,
            )
            last_report = elapsed
        if rank == 0 and elapsed > next_grid:
            before = time.time()
            save(f"{(seconds_before + elapsed) / 60:.0f}min")
            paused += time.time() - before
            next_grid += options.grid_minutes * 60
    if rank == 0:
        save("final")
        print(f"final validation mse {validate():.4f} after {steps} steps", flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

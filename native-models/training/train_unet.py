"""Trains the text encoder and the U-Net on the autoencoder's latents.

    torchrun --nproc-per-node 2 train_unet.py --data data/train-0 data/train-1 --validation data/val \
        --autoencoder autoencoder --tokenizer tokenizer --out unet --minutes 80 \
        [--resume unet/state.pt | --weights ../packs/starter] [--emphasise cat=2 dog=3] [--pairs data/pairs-0]

One process a core, one thread each, tied to its core: on a busy machine two threads of one process may share a core
and wait for each other in a spin, which was seen to cost nine tenths of the speed. bfloat16 with the channels last;
Muon for matrices (muon.py), AdamW for the rest.

--emphasise draws the scenes whose caption has one of the given words that many times as often: the drawings of cats
and dogs differ more than those of cars, and need more examples.

--pairs (make_pairs.py) makes half of the rows pairs of a concept picture and the scene into which it is to come, and
lets the scene's row attend to the concept's as the program does (guided appearance attention, section 3.3 of the
paper). Stable Diffusion follows such keys and values for its size alone; a model of four million parameters has to be
shown. The scene's row is what stage 2 makes of one: partly the scene before the exchange, as the background's noise
maps leave it, and outside of the expanded rectangle the diluted empty place (sections 3.4 and 3.5).

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
from diffusers import AutoencoderTiny, UNet2DConditionModel
from PIL import Image
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

from autoencoder import decode, encode
from muon import MuonWithAdamW, split_parameters
from make_pairs import PICTURES
from starter_models import alphas_cumprod, guide_appearance, new_text_encoder, new_unet, sample, tokenize

ROWS_PER_WORKER = 8
PEAK_LEARNING_RATE = 1e-3
EMA_DECAY = 0.999
CAPTION_DROPOUT = 0.1
SNR_CEILING = 5.0

PAIRS_PER_WORKER = 2  # each two of the rows
PLACED_SHARE = 0.7  # of the concept pictures; the others are whole
DILUTED_SHARE = 0.7
DILUTIONS = (0.5, 0.8)  # beta
RECTANGLE_MARGIN = 1  # latent cells

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
    """Latents of a data part, float16 [n, 4, 32, 32], of pairs [n, 5, 4, 32, 32]; kept beside the autoencoder."""
    cached = f"{folder}/latents-{os.path.basename(name)}.npy"
    if os.path.exists(cached):
        return np.load(cached)
    images = np.load(f"{name}-images.npy", mmap_mode="r")
    pictures = images.reshape(-1, *images.shape[-3:])
    with torch.autocast("cpu", torch.bfloat16):
        latents = encode(autoencoder, pictures).half().numpy()
    print(f"encoded {name}: deviation {latents.astype(np.float32).std((0, 2, 3))}", flush=True)
    latents = latents.reshape(*images.shape[:-3], *latents.shape[1:])
    np.save(cached, latents)
    return latents


def drawing_odds(captions: list[list[str]], emphasis: dict[str, float]) -> np.ndarray:
    """How often each scene is drawn, float64 [scenes] with sum 1: the greatest emphasis of its caption's words, else 1."""
    odds = np.array([max([1.0, *(emphasis.get(word, 1.0) for word in c[0].replace(",", " ").split())]) for c in captions])
    return odds / odds.sum()


def expanded_rectangles(regions: np.ndarray) -> torch.Tensor:
    """The bounding rectangles of regions [n, 32, 32] (0..255), grown by a margin: float32 [n, 1, 32, 32] of 0 and 1."""
    rectangles = np.zeros((len(regions), 1, *regions.shape[1:]), np.float32)
    for rectangle, region in zip(rectangles, regions, strict=True):
        ys, xs = np.where(region > 127)
        top, left = max(0, ys.min() - RECTANGLE_MARGIN), max(0, xs.min() - RECTANGLE_MARGIN)
        rectangle[0, top : ys.max() + 1 + RECTANGLE_MARGIN, left : xs.max() + 1 + RECTANGLE_MARGIN] = 1
    return torch.from_numpy(rectangles)


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
    parser.add_argument("--resume", help="the state of an earlier run")
    parser.add_argument("--weights", help="a pack whose text encoder and U-Net are trained on, optimiser and step anew")
    parser.add_argument("--pairs", nargs="*", default=[])
    parser.add_argument("--pair-validation")
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
    pair_parts = [*options.pairs, *([options.pair_validation] if options.pairs else [])]
    for name in [*options.data, options.validation, *pair_parts][rank::workers]:
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

    def read_pairs(names: list[str]) -> dict[str, torch.Tensor]:
        meta = [entry for name in names for entry in json.load(open(f"{name}-meta.json"))]
        pictures = np.concatenate([encode_scenes(autoencoder, name, options.autoencoder) for name in names])
        return {
            **{name: torch.from_numpy(pictures[:, at]) for at, name in enumerate(PICTURES)},
            "rectangle": expanded_rectangles(np.concatenate([np.load(f"{name}-regions.npy") for name in names])),
            **{f"{name}_ids": tokenize(tokenizer, [entry[name] for entry in meta]) for name in ("scene", "concept")},
        }

    pairs = read_pairs(options.pairs) if options.pairs else None
    validation_pairs = read_pairs([options.pair_validation]) if options.pairs else None

    if options.weights:
        unet = UNet2DConditionModel.from_pretrained(f"{options.weights}/unet", torch_dtype=torch.float32)
        text_encoder = CLIPTextModel.from_pretrained(f"{options.weights}/text_encoder", dtype=torch.float32)
    else:
        unet, text_encoder = new_unet(), new_text_encoder(tokenizer)
    model = nn.ModuleDict({"unet": unet.to(memory_format=torch.channels_last), "text_encoder": text_encoder}).train()
    average = copy.deepcopy(model).requires_grad_(False)
    guided, average_guided = guide_appearance(model["unet"]), guide_appearance(average["unet"])
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

    plain_rows = ROWS_PER_WORKER - (2 * PAIRS_PER_WORKER if pairs else 0)
    draws = plain_rows + (PAIRS_PER_WORKER if pairs else 0)

    def plain_batch(timesteps: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Noised scenes, the noise that is to be found in them, where, and their captions' token ids."""
        rows = torch.from_numpy(rng.choice(len(latents), plain_rows, p=odds))
        originals = latents[rows].float()
        ids = token_ids[rows, torch.from_numpy(rng.integers(0, 2, plain_rows))].clone()
        ids[torch.from_numpy(rng.random(plain_rows) < CAPTION_DROPOUT)] = no_text
        noise = torch.randn_like(originals)
        return noised(originals, timesteps, noise), noise, torch.ones(plain_rows, 1, *originals.shape[2:]), ids

    def pair_batch(source: dict[str, torch.Tensor], rows: torch.Tensor, timesteps: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The same of concept pictures, and behind them of the scenes that attend to them."""
        chosen = {name: values[rows].float() if values.is_floating_point() else values[rows] for name, values in source.items()}
        whole = torch.rand(len(rows), 1, 1, 1) > PLACED_SHARE
        concept = torch.where(whole, chosen["whole"], chosen["placed"])
        concept_noise, noise, empty_noise = (torch.randn_like(concept) for _ in range(3))
        t = timesteps.view(-1, 1, 1, 1)
        # How much of the background's own thing is left: less and less as the noise goes.
        rest = torch.rand(t.shape) * (torch.rand(t.shape) < 0.5) * (t / 1000).sqrt()
        start = chosen["edited"].lerp(chosen["background"], rest)
        scene = noised(start, timesteps, noise)
        # What leads from there to the edited scene.
        wanted = noise + signal[t] / noise_level[t] * (start - chosen["edited"])
        beta = torch.tensor(DILUTIONS)[torch.randint(len(DILUTIONS), t.shape)]
        diluted = beta * noised(chosen["empty"], timesteps, empty_noise)
        where = torch.where(torch.rand(t.shape) < DILUTED_SHARE, chosen["rectangle"], torch.ones_like(chosen["rectangle"]))
        scene = scene * where + diluted * (1 - where)
        return (
            torch.cat([noised(concept, timesteps, concept_noise), scene]),
            torch.cat([concept_noise, wanted]),
            torch.cat([torch.ones_like(where), where]),
            torch.cat([chosen["concept_ids"], chosen["scene_ids"]]),
        )

    def attend_to_concepts(first: int, count: int, appearance: torch.Tensor) -> dict[str, torch.Tensor]:
        """The last `count` of first + 2 count rows attend to the `count` before them."""
        source = torch.arange(first + 2 * count)
        source[first + count :] -= count
        scale = torch.zeros(len(source), 1, 1)
        scale[first + count :, 0, 0] = appearance
        return {"source": source, "scale": scale}

    def row_errors(prediction: torch.Tensor, noise: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
        """Mean squared error of every row where it counts, [rows]."""
        squares = (prediction.float() - noise).square().mean(1, keepdim=True)
        return (squares * where).sum((1, 2, 3)) / where.sum((1, 2, 3))

    def training_step(learning_rate: float) -> float:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        strata = rng.permutation(draws) * workers + rank + rng.random(draws)
        timesteps = torch.from_numpy((strata / (draws * workers) * 1000).astype(np.int64))
        batch = plain_batch(timesteps[:plain_rows])
        if pairs:
            rows = torch.from_numpy(rng.integers(0, len(pairs["rectangle"]), PAIRS_PER_WORKER))
            paired = timesteps[plain_rows:]
            batch = tuple(torch.cat(parts) for parts in zip(batch, pair_batch(pairs, rows, paired), strict=True))
            timesteps = torch.cat([timesteps, paired])
            appearance = torch.where(torch.rand(PAIRS_PER_WORKER) < 0.6, 0.15, 0.4 * torch.rand(PAIRS_PER_WORKER))
            vars(guided).update(attend_to_concepts(plain_rows, PAIRS_PER_WORKER, appearance))
        inputs, noise, where, ids = batch
        with torch.autocast("cpu", torch.bfloat16):
            text = model["text_encoder"](ids).last_hidden_state
            prediction = model["unet"](inputs.contiguous(memory_format=torch.channels_last), timesteps, text).sample
        loss = (row_errors(prediction, noise, where) * weights[timesteps]).mean()
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
    def validate_pairs() -> float:
        """The same of scenes that attend to concepts, weighted as in training."""
        count = len(validation_pairs["rectangle"])
        timesteps = torch.linspace(10, 990, count).long()[torch.randperm(count, generator=torch.Generator().manual_seed(5))]
        with torch.random.fork_rng():
            torch.manual_seed(4)
            inputs, noise, where, ids = pair_batch(validation_pairs, torch.arange(count), timesteps)
        vars(average_guided).update(attend_to_concepts(0, count, torch.full((count,), 0.15)))
        text = average["text_encoder"](ids).last_hidden_state
        errors = row_errors(average["unet"](inputs, timesteps.repeat(2), text).sample, noise, where)
        vars(average_guided).update(source=None, scale=None)
        return (errors[count:] * weights[timesteps]).mean().item()

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
                f"validation mse {validate():.4f}" + (f", pairs {validate_pairs():.4f}" if pairs else ""),
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

"""Trains the text encoder and the U-Net on the autoencoder's latents.

    torchrun --nproc-per-node 2 train_unet.py --data data/train-0 data/train-1 --validation data/val \
        --autoencoder autoencoder --tokenizer tokenizer --out unet --minutes 80 \
        [--resume unet/state.pt | --weights ../packs/starter] [--emphasise cat=2 dog=3] [--pairs data/pairs-0]

One process a core, one thread each (device.py); on a GPU one process, without torchrun, and --rows as many as keep it
busy. bfloat16 with the channels last; Muon for matrices (muon.py), AdamW for the rest.

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
import math
import os
import time

import numpy as np
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from PIL import Image
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

from autoencoder import decode
from device import Workers, add_device_option, half_precision, move_average, open_device
from muon import MuonWithAdamW, split_parameters
from starter_models import alphas_cumprod, guide_appearance, new_text_encoder, new_unet, sample, tokenize
from training_log import TrainingLog, add_log_option, stage_name
from training_state import save_state
from unet_data import drawing_odds, encode_scenes, read_captions, read_pairs, word_emphasis

PEAK_LEARNING_RATE = 1e-3
EMA_DECAY = 0.999
CAPTION_DROPOUT = 0.1
SNR_CEILING = 5.0
VALIDATION_SCENES = 96

ROWS_PER_PAIR = 4  # one pair, itself two rows, for as many
PLACED_SHARE = 0.7  # of the concept pictures; the others are whole
DILUTED_SHARE = 0.7
DILUTIONS = (0.5, 0.8)  # beta

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--autoencoder", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--grid-minutes", type=float, default=15, help="time between saved states, with a picture each")
    parser.add_argument("--report-seconds", type=float, default=180)
    parser.add_argument("--rows", type=int, default=8, help="of a step and worker")
    parser.add_argument("--learning-rate", type=float, default=PEAK_LEARNING_RATE, help="at the peak of its curve")
    parser.add_argument("--warm-up-steps", type=int, default=200)
    parser.add_argument("--average-decay", type=float, default=EMA_DECAY, help="of the weights' average, per step")
    parser.add_argument("--compile", action="store_true", help="compile the U-Net, which takes a minute or two")
    parser.add_argument("--resume", help="the state of an earlier run")
    parser.add_argument("--weights", help="a pack whose text encoder and U-Net are trained on, optimiser and step anew")
    parser.add_argument("--pairs", nargs="*", default=[])
    parser.add_argument("--pair-validation")
    parser.add_argument("--emphasise", nargs="*", type=word_emphasis, default=[], metavar="WORD=FACTOR")
    add_device_option(parser)
    add_log_option(parser)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    device, log = open_device(options.device), TrainingLog(options.log, stage_name(options.out))
    together = Workers(device)
    rank, workers = together.rank, together.count
    torch.manual_seed(0)

    tokenizer = CLIPTokenizer.from_pretrained(options.tokenizer)
    autoencoder = AutoencoderTiny.from_pretrained(options.autoencoder)
    autoencoder = autoencoder.to(device, memory_format=torch.channels_last).eval()
    # Each worker encodes its share of the parts; then all read all of them.
    pair_parts = [*options.pairs, *([options.pair_validation] if options.pairs else [])]
    for name in [*options.data, options.validation, *pair_parts][rank::workers]:
        encode_scenes(autoencoder, name, options.autoencoder)
    together.wait_for_all()
    parts = [encode_scenes(autoencoder, name, options.autoencoder) for name in options.data]
    latents = torch.from_numpy(np.concatenate(parts)).to(device)
    captions = read_captions(options.data)
    odds = drawing_odds(captions, dict(options.emphasise))
    token_ids = torch.stack([tokenize(tokenizer, [c[i] for c in captions]) for i in range(2)], 1).to(device)
    validation_latents = encode_scenes(autoencoder, options.validation, options.autoencoder)[:VALIDATION_SCENES]
    validation_latents = torch.from_numpy(validation_latents).float().to(device)
    validation_captions = read_captions([options.validation])[: len(validation_latents)]
    validation_ids = tokenize(tokenizer, [first for first, _ in validation_captions]).to(device)
    no_text = tokenize(tokenizer, [""])[0].to(device)

    pairs = read_pairs(autoencoder, options.autoencoder, tokenizer, options.pairs) if options.pairs else None
    validation_pairs = (
        read_pairs(autoencoder, options.autoencoder, tokenizer, [options.pair_validation]) if options.pairs else None
    )

    if options.weights:
        unet = UNet2DConditionModel.from_pretrained(f"{options.weights}/unet", torch_dtype=torch.float32)
        text_encoder = CLIPTextModel.from_pretrained(f"{options.weights}/text_encoder", dtype=torch.float32)
    else:
        unet, text_encoder = new_unet(), new_text_encoder(tokenizer)
    unet = unet.to(device, memory_format=torch.channels_last)
    model = nn.ModuleDict({"unet": unet, "text_encoder": text_encoder.to(device)}).train()
    average = copy.deepcopy(model).requires_grad_(False)
    guided, average_guided = guide_appearance(model["unet"]), guide_appearance(average["unet"])
    if options.compile:
        unet.compile()
    optimizer = MuonWithAdamW(*split_parameters(model), lr=options.learning_rate)
    steps, seconds_before = 0, 0.0
    if options.resume:
        state = torch.load(options.resume, map_location=device, weights_only=False)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        steps, seconds_before = state["steps"], state["seconds"]
    # The models start equal in every worker; from here on each draws its own examples and noise.
    rng = np.random.default_rng([1, rank, steps])
    torch.manual_seed(steps * workers + rank)
    for name, part in model.items():
        print(f"{name}: {sum(p.numel() for p in part.parameters()) / 1e6:.2f} M parameters", flush=True)

    products = alphas_cumprod().to(device)
    signal, noise_level = products.sqrt().float(), (1 - products).sqrt().float()
    snr = products / (1 - products)
    weights = (snr.clamp(max=SNR_CEILING) / snr).float()

    def noised(originals: torch.Tensor, timesteps: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        view = (-1, 1, 1, 1)
        return signal[timesteps].view(view) * originals + noise_level[timesteps].view(view) * noise

    parameters = list(model.parameters())

    pair_count = options.rows // ROWS_PER_PAIR if pairs else 0
    plain_rows = options.rows - 2 * pair_count
    draws = plain_rows + pair_count

    def plain_batch(timesteps: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Noised scenes, the noise that is to be found in them, where, and their captions' token ids."""
        rows = torch.from_numpy(rng.choice(len(latents), plain_rows, p=odds)).to(device)
        originals = latents[rows].float()
        ids = token_ids[rows, torch.from_numpy(rng.integers(0, 2, plain_rows)).to(device)]
        is_dropped = torch.from_numpy(rng.random(plain_rows) < CAPTION_DROPOUT).to(device)
        ids = torch.where(is_dropped[:, None], no_text, ids)
        noise = torch.randn_like(originals)
        everywhere = torch.ones(plain_rows, 1, *originals.shape[2:], device=device)
        return noised(originals, timesteps, noise), noise, everywhere, ids

    def pair_batch(source: dict[str, torch.Tensor], rows: torch.Tensor, timesteps: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The same of concept pictures, and behind them of the scenes that attend to them."""
        chosen = {name: values[rows].float() if values.is_floating_point() else values[rows] for name, values in source.items()}
        whole = torch.rand(len(rows), 1, 1, 1, device=device) > PLACED_SHARE
        concept = torch.where(whole, chosen["whole"], chosen["placed"])
        concept_noise, noise, empty_noise = (torch.randn_like(concept) for _ in range(3))
        t = timesteps.view(-1, 1, 1, 1)
        # How much of the background's own thing is left: less and less as the noise goes.
        uniform = lambda: torch.rand(t.shape, device=device)
        rest = uniform() * (uniform() < 0.5) * (t / 1000).sqrt()
        start = chosen["edited"].lerp(chosen["background"], rest)
        scene = noised(start, timesteps, noise)
        # What leads from there to the edited scene.
        wanted = noise + signal[t] / noise_level[t] * (start - chosen["edited"])
        beta = torch.tensor(DILUTIONS, device=device)[torch.randint(len(DILUTIONS), t.shape, device=device)]
        diluted = beta * noised(chosen["empty"], timesteps, empty_noise)
        where = torch.where(uniform() < DILUTED_SHARE, chosen["rectangle"], torch.ones_like(chosen["rectangle"]))
        scene = scene * where + diluted * (1 - where)
        return (
            torch.cat([noised(concept, timesteps, concept_noise), scene]),
            torch.cat([concept_noise, wanted]),
            torch.cat([torch.ones_like(where), where]),
            torch.cat([chosen["concept_ids"], chosen["scene_ids"]]),
        )

    def attend_to_concepts(first: int, count: int, appearance: torch.Tensor) -> dict[str, torch.Tensor]:
        """The last `count` of first + 2 count rows attend to the `count` before them."""
        source = torch.arange(first + 2 * count, device=device)
        source[first + count :] -= count
        scale = torch.zeros(len(source), 1, 1, device=device)
        scale[first + count :, 0, 0] = appearance
        return {"source": source, "scale": scale}

    def row_errors(prediction: torch.Tensor, noise: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
        """Mean squared error of every row where it counts, [rows]."""
        squares = (prediction.float() - noise).square().mean(1, keepdim=True)
        return (squares * where).sum((1, 2, 3)) / where.sum((1, 2, 3))

    def training_step(learning_rate: float) -> torch.Tensor:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        strata = rng.permutation(draws) * workers + rank + rng.random(draws)
        timesteps = torch.from_numpy((strata / (draws * workers) * 1000).astype(np.int64)).to(device)
        batch = plain_batch(timesteps[:plain_rows])
        if pairs:
            rows = torch.from_numpy(rng.integers(0, len(pairs["rectangle"]), pair_count)).to(device)
            paired = timesteps[plain_rows:]
            batch = tuple(torch.cat(parts) for parts in zip(batch, pair_batch(pairs, rows, paired), strict=True))
            timesteps = torch.cat([timesteps, paired])
            appearance = torch.where(torch.rand(pair_count) < 0.6, 0.15, 0.4 * torch.rand(pair_count)).to(device)
            vars(guided).update(attend_to_concepts(plain_rows, pair_count, appearance))
        inputs, noise, where, ids = batch
        with half_precision(device):
            text = model["text_encoder"](ids).last_hidden_state
            prediction = model["unet"](inputs.contiguous(memory_format=torch.channels_last), timesteps, text).sample
        loss = (row_errors(prediction, noise, where) * weights[timesteps]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        together.average_gradients(parameters)
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        decay = min(options.average_decay, (1 + steps) / (20 + steps))
        move_average(average.parameters(), parameters, decay)
        return loss.detach()

    @torch.no_grad()
    def validate() -> float:
        """Mean squared error of the noise prediction over evenly spread timesteps."""
        generator = torch.Generator().manual_seed(3)
        timesteps = torch.linspace(10, 990, len(validation_latents)).long().to(device)
        noise = torch.randn(validation_latents.shape, generator=generator).to(device)
        errors = []
        for at in range(0, len(validation_latents), 32):
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
        timesteps = timesteps.to(device)
        with torch.random.fork_rng():
            torch.manual_seed(4)
            inputs, noise, where, ids = pair_batch(validation_pairs, torch.arange(count, device=device), timesteps)
        vars(average_guided).update(attend_to_concepts(0, count, torch.full((count,), 0.15, device=device)))
        text = average["text_encoder"](ids).last_hidden_state
        errors = row_errors(average["unet"](inputs, timesteps.repeat(2), text).sample, noise, where)
        vars(average_guided).update(source=None, scale=None)
        return (errors[count:] * weights[timesteps]).mean().item()

    @torch.no_grad()
    def save(label: str) -> None:
        seconds = seconds_before + time.time() - start - paused
        save_state(
            {
                "model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                "steps": steps, "seconds": seconds,
            },
            f"{options.out}/state.pt",
        )  # fmt: skip
        average["unet"].save_pretrained(f"{options.out}/unet")
        average["text_encoder"].save_pretrained(f"{options.out}/text_encoder")
        with half_precision(device):
            samples = sample(average["unet"], average["text_encoder"], tokenizer, GRID_PROMPTS, 20, 3.0, 5)
        images = decode(autoencoder, samples)
        grid = np.concatenate([np.concatenate(list(images[row : row + 8]), 1) for row in (0, 8)], 0)
        Image.fromarray(grid).resize((1600, 400)).save(f"{options.out}/grid-{label}.png")
        print(f"saved at {seconds / 60:.0f} minutes, step {steps}", flush=True)

    budget = options.minutes * 60
    start, paused, last_report, next_grid = time.time(), 0.0, 0.0, min(5, options.grid_minutes) * 60
    running = None
    first_step = steps

    while (elapsed := together.of_first(time.time() - start - paused)) < budget:
        warm_up = min(1, (steps - first_step + 1) / options.warm_up_steps)
        loss = training_step(options.learning_rate * warm_up * (0.5 * (1 + math.cos(math.pi * elapsed / budget)) * 0.97 + 0.03))
        steps += 1
        running = loss if running is None else running.lerp(loss, 0.02)
        if rank == 0 and elapsed - last_report > options.report_seconds:
            log.report(
                seconds=elapsed, step=steps, seconds_a_step=elapsed / (steps - first_step), loss=running.item(),
                validation_mse=validate(), **({"pairs": validate_pairs()} if pairs else {}),
            )  # fmt: skip
            last_report = elapsed
        if rank == 0 and elapsed > next_grid:
            before = time.time()
            save(f"{(seconds_before + elapsed) / 60:.0f}min")
            paused += time.time() - before
            next_grid += options.grid_minutes * 60
    if rank == 0:
        save("final")
        log.report(
            seconds=time.time() - start - paused, step=steps, validation_mse=validate(),
            **({"pairs": validate_pairs()} if pairs else {}),
        )  # fmt: skip
    together.close()


if __name__ == "__main__":
    main()

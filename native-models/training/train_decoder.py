"""Tunes the autoencoder's decoder alone for sharp edges and faces; the latents, and with them the U-Nets, stay.

    python train_decoder.py --data data/train-0 data/train-1 --validation data/val --weights ../packs/starter/vae \
        --out decoder --minutes 60 [--resume decoder/state.pt]

Loss: the pixels' (train_autoencoder.py) + the distance of pretrained features + after a warm-up a patch discriminator
(perceptual.py). What is kept is the moving average of the weights. Both measures are printed each minute: PSNR, which
blur does not hurt much, and the perceptual distance, which it does.
"""

from __future__ import annotations

import argparse
import copy
import os
import time

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch.nn import functional

from autoencoder import decode, encode, psnr, to_tensor
from perceptual import EfficientNetFeatures, new_discriminator, perceptual_distance
from train_autoencoder import LATENT_NOISE, busiest_crop, save_grid

BATCH = 4
AVERAGE_DECAY = 0.998


@torch.no_grad()
def perceptual_of(model: AutoencoderTiny, features: EfficientNetFeatures, images: np.ndarray) -> float:
    decoded = decode(model, encode(model, images))
    parts = [
        perceptual_distance(features, to_tensor(decoded[i : i + 8]), to_tensor(images[i : i + 8]))
        for i in range(0, len(images), 8)
    ]
    return float(torch.stack(parts).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--weights", required=True, help="the autoencoder to begin with, in the diffusers layout")
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--learning-rate", type=float, default=4e-4)
    parser.add_argument("--perceptual", type=float, default=0.25)
    parser.add_argument("--adversarial", type=float, default=0.01)
    parser.add_argument("--warm-up", type=float, default=0.25, help="share of the time without the discriminator")
    parser.add_argument("--resume")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)

    images = [np.load(f"{name}-images.npy", mmap_mode="r") for name in options.data]
    validation = np.array(np.load(f"{options.validation}-images.npy", mmap_mode="r")[:64])
    model = AutoencoderTiny.from_pretrained(options.weights, torch_dtype=torch.float32)
    model.encoder.requires_grad_(False)
    model.to(memory_format=torch.channels_last)
    average = copy.deepcopy(model.decoder).requires_grad_(False)
    discriminator, features = new_discriminator(), EfficientNetFeatures()
    optimizer = torch.optim.AdamW(model.decoder.parameters(), lr=options.learning_rate, betas=(0.9, 0.99), weight_decay=0)
    critic = torch.optim.AdamW(discriminator.parameters(), lr=options.learning_rate, betas=(0.5, 0.99), weight_decay=0)
    seconds_before, steps = 0.0, 0
    if options.resume:
        state = torch.load(options.resume)
        model.decoder.load_state_dict(state["decoder"])
        average.load_state_dict(state["average"])
        discriminator.load_state_dict(state["discriminator"])
        optimizer.load_state_dict(state["optimizer"])
        critic.load_state_dict(state["critic"])
        seconds_before, steps = state["seconds"], state["steps"]

    def averaged() -> AutoencoderTiny:
        kept = copy.deepcopy(model)
        kept.decoder.load_state_dict(average.state_dict())
        return kept

    def report() -> str:
        kept = averaged()
        return f"PSNR {psnr(kept, validation[:32]):.2f} dB, perceptual {perceptual_of(kept, features, validation[:32]):.4f}"

    def save() -> None:
        torch.save(
            {
                "decoder": model.decoder.state_dict(),
                "average": average.state_dict(),
                "discriminator": discriminator.state_dict(),
                "optimizer": optimizer.state_dict(),
                "critic": critic.state_dict(),
                "seconds": seconds_before + time.time() - start,
                "steps": steps,
            },
            f"{options.out}/state.pt",
        )
        kept = averaged()
        kept.save_pretrained(options.out)
        save_grid(kept, validation, f"{options.out}/grid.png")

    def step(learning_rate: float, adversarial: bool) -> None:
        for group in optimizer.param_groups + critic.param_groups:
            group["lr"] = learning_rate
        picture = to_tensor(np.stack([busiest_crop(images, rng) for _ in range(BATCH)]))
        picture = picture.to(memory_format=torch.channels_last)
        # bfloat16 with the channels last: about twice as fast as float32 where the processor has avx512_bf16.
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                latents = model.encoder(picture)
            decoded = model.decoder(latents + LATENT_NOISE * torch.randn_like(latents)).float()
            difference = decoded - picture
            loss = difference.abs().mean() + difference.square().mean()
            for axis in (2, 3):
                loss = loss + 0.5 * difference.diff(dim=axis).abs().mean()
            loss = loss + options.perceptual * perceptual_distance(features, decoded, picture)
            if adversarial:
                # Only the decoder learns from this: the discriminator's weights are constants here.
                discriminator.requires_grad_(False)
                loss = loss - options.adversarial * discriminator(decoded).float().mean()
                discriminator.requires_grad_(True)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.decoder.parameters(), 1.0)
        optimizer.step()
        for kept, current in zip(average.parameters(), model.decoder.parameters(), strict=True):
            kept.lerp_(current.detach(), 1 - AVERAGE_DECAY)
        # The hinge loss (Lim and Ye, arXiv 1705.02894); it learns during the warm-up too, so that it is of use at once.
        with torch.autocast("cpu", torch.bfloat16):
            real, made = discriminator(picture).float(), discriminator(decoded.detach()).float()
            judgement = functional.relu(1 - real).mean() + functional.relu(1 + made).mean()
        critic.zero_grad(set_to_none=True)
        judgement.backward()
        critic.step()

    print(f"at the start {report()}", flush=True)
    budget = options.minutes * 60
    start = last_report = time.time()
    while (elapsed := time.time() - start) < budget:
        share = elapsed / budget
        step(options.learning_rate * max(0.02, min(1, (1 - share) / 0.6)), share > options.warm_up or bool(options.resume))
        steps += 1
        if time.time() - last_report > 60:
            print(f"{elapsed:.0f} s, step {steps}, {report()}", flush=True)
            save()
            last_report = time.time()
    save()
    kept = averaged()
    print(f"{steps} steps; over {len(validation)} unseen scenes {psnr(kept, validation):.2f} dB, "
          f"perceptual {perceptual_of(kept, features, validation):.4f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

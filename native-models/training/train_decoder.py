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
from crops import Crops
from device import add_device_option, half_precision, move_average, open_device
from perceptual import EfficientNetFeatures, new_discriminator, perceptual_distance
from train_autoencoder import LATENT_NOISE, save_grid
from training_log import TrainingLog, add_log_option, stage_name
from training_state import save_state

AVERAGE_DECAY = 0.998


@torch.no_grad()
def perceptual_of(model: AutoencoderTiny, features: EfficientNetFeatures, images: np.ndarray) -> float:
    decoded = decode(model, encode(model, images))
    parts = [
        perceptual_distance(features, *(to_tensor(pictures[i : i + 8], model.device) for pictures in (decoded, images)))
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
    parser.add_argument("--report-seconds", type=float, default=60, help="time between reports and saved states")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=4)
    add_device_option(parser)
    add_log_option(parser)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device, log = open_device(options.device), TrainingLog(options.log, stage_name(options.out))

    crops = Crops(options.data, device, np.random.default_rng(options.seed))
    validation = np.array(np.load(f"{options.validation}-images.npy", mmap_mode="r")[:64])
    model = AutoencoderTiny.from_pretrained(options.weights, torch_dtype=torch.float32)
    model.encoder.requires_grad_(False)
    model.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(model.decoder).requires_grad_(False)
    discriminator, features = new_discriminator().to(device), EfficientNetFeatures(device)
    optimizer = torch.optim.AdamW(model.decoder.parameters(), lr=options.learning_rate, betas=(0.9, 0.99), weight_decay=0)
    critic = torch.optim.AdamW(discriminator.parameters(), lr=options.learning_rate, betas=(0.5, 0.99), weight_decay=0)
    seconds_before, steps = 0.0, 0
    if options.resume:
        state = torch.load(options.resume, map_location=device)
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

    def report(seconds: float, pictures: np.ndarray) -> None:
        kept = averaged()
        log.report(
            seconds=seconds, step=steps, scenes=len(pictures), psnr_db=psnr(kept, pictures),
            perceptual=perceptual_of(kept, features, pictures),
        )  # fmt: skip

    def save() -> None:
        save_state(
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
        picture = crops.draw(options.batch)
        with half_precision(device):
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
        move_average(average.parameters(), model.decoder.parameters(), AVERAGE_DECAY)
        # The hinge loss (Lim and Ye, arXiv 1705.02894); it learns during the warm-up too, so that it is of use at once.
        with half_precision(device):
            real, made = discriminator(picture).float(), discriminator(decoded.detach()).float()
            judgement = functional.relu(1 - real).mean() + functional.relu(1 + made).mean()
        critic.zero_grad(set_to_none=True)
        judgement.backward()
        critic.step()

    report(0.0, validation[:32])
    budget = options.minutes * 60
    start = last_report = time.time()
    while (elapsed := time.time() - start) < budget:
        share = elapsed / budget
        step(options.learning_rate * max(0.02, min(1, (1 - share) / 0.6)), share > options.warm_up or bool(options.resume))
        steps += 1
        if time.time() - last_report > options.report_seconds:
            report(elapsed, validation[:32])
            save()
            last_report = time.time()
    save()
    report(time.time() - start, validation)


if __name__ == "__main__":
    main()

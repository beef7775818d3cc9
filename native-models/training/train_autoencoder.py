"""Trains the autoencoder (autoencoder.py) on 96-pixel crops of the scenes.

    python train_autoencoder.py --data data/train-0 data/train-1 --validation data/val --out autoencoder \
        --minutes 25 [--resume autoencoder/state.pt] [--decoder-only]

Loss: L1 + MSE + half the L1 of the gradients (keeps edges sharp); latents are kept small and get a little noise, so
that the decoder is smooth. At 60 % of the time the latents are rescaled to mean 0 and deviation 1 (the pack's
scaling_factor is 1).
"""

from __future__ import annotations

import argparse
import os
import time

import numpy as np
import torch
from PIL import Image

from autoencoder import decode, encode, new_autoencoder, normalise_latents, psnr, start_linear
from crops import Crops
from device import add_device_option, half_precision, open_device
from muon import MuonWithAdamW, split_parameters
from training_log import TrainingLog, add_log_option, stage_name
from training_state import save_state

LATENT_NOISE = 0.05
LATENT_PENALTY = 1e-3


def save_grid(model: torch.nn.Module, images: np.ndarray, path: str) -> None:
    rows = [np.concatenate(list(pictures), 1) for pictures in (images[:8], decode(model, encode(model, images[:8])))]
    Image.fromarray(np.concatenate(rows, 0)).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--validation", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--resume")
    parser.add_argument("--decoder-only", action="store_true", help="keep the latents, tune the decoder")
    parser.add_argument("--report-seconds", type=float, default=60, help="time between reports and saved states")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--adamw", action="store_true", help="AdamW alone, to compare")
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
    model = new_autoencoder()
    seconds_before = 0.0
    if options.resume:
        state = torch.load(options.resume, map_location="cpu")
        model.load_state_dict(state["model"])
        seconds_before = state["seconds"]
    else:
        start_linear(model, crops.images[0][:200])
    model.to(device, memory_format=torch.channels_last)
    if options.decoder_only:
        model.encoder.requires_grad_(False)
    # Muon for the C x C convolutions, AdamW for biases and the layers at both ends.
    wide, narrow = split_parameters(model)
    narrow += [p for p in wide if min(p.shape[:2]) < 16]
    wide = [p for p in wide if min(p.shape[:2]) >= 16]
    if options.adamw:
        wide, narrow = [], wide + narrow
    optimizer = MuonWithAdamW(wide, narrow, lr=options.learning_rate, weight_decay=1e-4)
    parameters = wide + narrow
    for name in ("encoder", "decoder"):
        print(f"{name}: {sum(p.numel() for p in getattr(model, name).parameters()) / 1e6:.2f} M parameters")
    print(f"at the start {psnr(model, validation[:16]):.2f} dB", flush=True)

    def step(learning_rate: float) -> torch.Tensor:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        batch = crops.draw(options.batch)
        with half_precision(device):
            latents = model.encoder(batch)
            decoded = model.decoder(latents + LATENT_NOISE * torch.randn_like(latents))
        latents, difference = latents.float(), decoded.float() - batch
        loss = difference.abs().mean() + difference.square().mean()
        for axis in (2, 3):
            loss = loss + 0.5 * difference.diff(dim=axis).abs().mean()
        if not options.decoder_only:
            loss = loss + LATENT_PENALTY * latents.square().mean() + 0.1 * (latents.abs() - 4).relu().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        return loss.detach()

    def save() -> None:
        seconds = seconds_before + time.time() - start
        save_state({"model": model.state_dict(), "seconds": seconds}, f"{options.out}/state.pt")
        model.save_pretrained(options.out)

    budget = options.minutes * 60
    start = last_report = time.time()
    steps, running, normalised = 0, None, options.decoder_only
    while (elapsed := time.time() - start) < budget:
        share = elapsed / budget
        if share > 0.6 and not normalised:
            normalise_latents(model, validation)
            normalised = True
        # Flat, then falling to nearly nothing over the last 60 %.
        loss = step(options.learning_rate * min(1, (steps + 1) / 50) * max(0.02, min(1, (1 - share) / 0.6)))
        steps += 1
        running = loss if running is None else running.lerp(loss, 0.02)
        if time.time() - last_report > options.report_seconds:
            log.report(seconds=elapsed, step=steps, loss=running.item(), psnr_db=psnr(model, validation[:16]))
            save()
            save_grid(model, validation, f"{options.out}/grid.png")
            last_report = time.time()
    save()
    save_grid(model, validation, f"{options.out}/grid.png")
    latents = encode(model, validation)
    print(f"{steps} steps in {(time.time() - start) / 60:.1f} minutes; latents: mean {latents.mean((0, 2, 3))}, "
          f"deviation {latents.std((0, 2, 3))}")  # fmt: skip
    log.report(seconds=time.time() - start, step=steps, scenes=len(validation), psnr_db=psnr(model, validation))


if __name__ == "__main__":
    main()

"""PnP-MIX on the diffusers modules: the method in one screen of Python, to look at a pack while it trains.

    python preview_method.py --pack PACK --scenes PACK/scenes/two-concepts ... --out sheet.png \
        --settings alpha=0.15,guidance=1.5 alpha=0.5,guidance=1.5,steps=20

Each row of the sheet: background, inpainted background, concept images, the background after the autoencoder, then
one result per setting. docs/method.md has the notation and the numbers of the steps. This is a plain batch program
for looking and for choosing a pack's parameters; the product's implementation is electron/pipeline.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from PIL import Image, ImageDraw
from torch.nn import functional
from transformers import CLIPTextModel, CLIPTokenizer

from starter_models import alphas_cumprod, tokenize

ROWS_PER_CALL = 16


@dataclass(frozen=True)
class Parameters:
    steps: int = 25
    alpha: float = 0.15
    beta: float = 0.8
    guidance: float = 1.0  # text classifier-free guidance, 1 is off
    swapGuidance: float = 1.0  # noqa: N815 - the names are those of pack.json
    expand: int = 1
    subject: float = 0.0  # 1: keys of the concept image's own background are kept out (an option beyond the paper)
    decoderOnly: float = 0.0  # noqa: N815 - 1: guided attention in the up blocks only
    seed: int = 0


class Appearance:
    """What the self-attention layers read in one call; kv_source None is the unmodified U-Net."""

    kv_source: torch.Tensor | None = None  # int64 [rows]
    scale: torch.Tensor | None = None  # float [rows]
    key_bias: dict[int, torch.Tensor] | None = None  # tokens -> float [rows, tokens], added to the scores


class AppearanceAttention:
    """Self-attention with K' = K_source, V' = V_source + scale (V_source - V)."""

    def __init__(self, appearance: Appearance) -> None:
        self.appearance = appearance

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None, **_):  # noqa: ANN001, ANN204
        query, key, value = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        bias = None
        source = self.appearance.kv_source
        if source is not None:
            source_value = value[source]
            key = key[source]
            value = source_value + self.appearance.scale[:, None, None] * (source_value - value)
            if self.appearance.key_bias is not None:
                bias = self.appearance.key_bias[hidden_states.shape[1]][:, None, None, :]
        heads = [t.unflatten(-1, (attn.heads, -1)).transpose(1, 2) for t in (query, key, value)]
        mixed = functional.scaled_dot_product_attention(*heads, attn_mask=bias)
        return attn.to_out[0](mixed.transpose(1, 2).flatten(-2))


class Pack:
    """The models of a pack in fp32, with the appearance-guided self-attention in place."""

    def __init__(self, folder: str) -> None:
        self.autoencoder = AutoencoderKL.from_pretrained(f"{folder}/vae").float().eval()
        self.unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet").float().eval()
        self.text_encoder = CLIPTextModel.from_pretrained(f"{folder}/text_encoder").float().eval()
        self.tokenizer = CLIPTokenizer.from_pretrained(f"{folder}/tokenizer")
        self.appearance = Appearance()
        self.plain_processors = self.unet.attn_processors
        self.use_layers(decoder_only=False)
        self.products = alphas_cumprod()

    def use_layers(self, decoder_only: bool) -> None:
        guided = AppearanceAttention(self.appearance)
        self.unet.set_attn_processor(
            {
                name: guided if "attn1" in name and (not decoder_only or name.startswith("up_blocks")) else plain
                for name, plain in self.plain_processors.items()
            }
        )

    def encode(self, images: list[np.ndarray]) -> torch.Tensor:
        values = torch.from_numpy(np.stack(images)).movedim(-1, 1).float() / 127.5 - 1
        return self.autoencoder.encode(values).latent_dist.mean * self.autoencoder.config.scaling_factor

    def decode(self, latent: torch.Tensor) -> np.ndarray:
        values = self.autoencoder.decode(latent[None].float() / self.autoencoder.config.scaling_factor).sample[0]
        return ((values.clamp(-1, 1) + 1) * 127.5).round().byte().movedim(0, -1).numpy()

    def text(self, prompts: list[str]) -> torch.Tensor:
        return self.text_encoder(tokenize(self.tokenizer, prompts)).last_hidden_state

    def predict(
        self, latents: torch.Tensor, timesteps: torch.Tensor, text: torch.Tensor, guidance: float, empty: torch.Tensor,
        source: torch.Tensor | None = None, scale: torch.Tensor | None = None, bias: dict[int, torch.Tensor] | None = None,
    ) -> torch.Tensor:  # fmt: skip
        """Noise prediction of rows that belong together, with text guidance when it is on."""
        rows = len(latents)
        passes = [text] if guidance == 1 else [text, empty.expand(rows, -1, -1)]
        predictions = []
        for conditioning in passes:
            self.appearance.kv_source, self.appearance.scale, self.appearance.key_bias = source, scale, bias
            predictions.append(self.unet(latents.float(), timesteps, conditioning).sample.double())
        self.appearance.kv_source = None
        if guidance == 1:
            return predictions[0]
        with_text, without_text = predictions
        return without_text + guidance * (with_text - without_text)


@dataclass
class Step:
    """alpha products of a step and what follows from them."""

    timestep: int
    now: float
    before: float

    @property
    def sigma(self) -> float:
        return ((1 - self.before) / (1 - self.now) * (1 - self.now / self.before)) ** 0.5

    def mean(self, latent: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        original = (latent - (1 - self.now) ** 0.5 * noise) / self.now**0.5
        return self.before**0.5 * original + (1 - self.before - self.sigma**2) ** 0.5 * noise


def schedule(products: torch.Tensor, steps: int) -> list[Step]:
    """"Leading" timesteps with offset 1; the last step ends at the first alpha product."""
    stride = 1000 // steps
    timesteps = [index * stride + 1 for index in range(steps)][::-1]
    return [Step(t, products[t].item(), products[max(t - stride, 0)].item()) for t in timesteps]


@dataclass
class Inversion:
    latents: list[torch.Tensor]  # x_T .. x_0
    noise_maps: list[torch.Tensor]
    predictions: list[torch.Tensor]


def invert(pack: Pack, original: torch.Tensor, prompt: str, steps: list[Step], guidance: float, seed: int) -> Inversion:
    """Edit-friendly DDPM inversion (method.md, stage 1.5)."""
    generator = torch.Generator().manual_seed(seed)
    original = original.double()
    latents = []
    for step in steps:
        noise = torch.randn(original.shape, generator=generator, dtype=torch.float64)
        latents.append(step.now**0.5 * original + (1 - step.now) ** 0.5 * noise)
    latents.append(original)
    text, empty = pack.text([prompt]), pack.text([""])
    predictions = []
    for start in range(0, len(steps), ROWS_PER_CALL):
        part = steps[start : start + ROWS_PER_CALL]
        rows = torch.stack(latents[start : start + len(part)])
        timesteps = torch.tensor([step.timestep for step in part])
        predictions += list(pack.predict(rows, timesteps, text.expand(len(part), -1, -1), guidance, empty))
    noise_maps = []
    for index, step in enumerate(steps):
        mean = step.mean(latents[index], predictions[index])
        noise_maps.append((latents[index + 1] - mean) / step.sigma)
        # x_prev := mean + sigma z holds up to rounding in float64: nothing drifts.
    return Inversion(latents, noise_maps, predictions)


def latent_masks(masks: list[np.ndarray], orders: list[int]) -> list[torch.Tensor]:
    """Area average, threshold 0.5; where masks overlap the front one takes the element. Float [32, 32] each."""
    averaged = [torch.from_numpy(mask).reshape(32, 8, 32, 8).mean((1, 3)) >= 0.5 for mask in masks]
    taken = torch.zeros(32, 32, dtype=torch.bool)
    result: list[torch.Tensor] = [taken] * len(masks)
    for index in sorted(range(len(masks)), key=lambda i: -orders[i]):
        result[index] = (averaged[index] & ~taken).double()
        taken = taken | averaged[index]
    return result


def expanded(mask: torch.Tensor, margin: int) -> torch.Tensor:
    ys, xs = torch.where(mask > 0)
    rectangle = torch.zeros_like(mask)
    rectangle[max(0, ys.min() - margin) : ys.max() + 1 + margin, max(0, xs.min() - margin) : xs.max() + 1 + margin] = 1
    return rectangle


@dataclass
class LoadedScene:
    name: str
    prompt: str
    inpaint_prompt: str
    background: np.ndarray
    inpainted: np.ndarray
    prompts: list[str]
    images: list[np.ndarray]
    masks: list[np.ndarray]  # float 0..1
    subjects: list[np.ndarray]
    orders: list[int]


def load_scene(folder: str) -> LoadedScene:
    with open(f"{folder}/scene.json") as file:
        scene = json.load(file)

    def colour(path: str) -> np.ndarray:
        return np.asarray(Image.open(f"{folder}/{path}").convert("RGB"))

    def grey(path: str) -> np.ndarray:
        return np.asarray(Image.open(f"{folder}/{path}").convert("L")).astype(np.float64) / 255

    concepts = scene["concepts"]
    return LoadedScene(
        scene["name"], scene["prompt"], scene["inpaintPrompt"], colour(scene["background"]), colour(scene["inpainted"]),
        [c["prompt"] for c in concepts], [colour(c["image"]) for c in concepts], [grey(c["mask"]) for c in concepts],
        [grey(f"subject-{index + 1}.png") for index in range(len(concepts))], [c["order"] for c in concepts],
    )  # fmt: skip


@torch.no_grad()
def compose(pack: Pack, scene: LoadedScene, parameters: Parameters) -> torch.Tensor:
    """Stage 2 of method.md. Returns the final latent [4, 32, 32]."""
    pack.use_layers(bool(parameters.decoderOnly))
    steps = schedule(pack.products, parameters.steps)
    originals = pack.encode([scene.background, scene.inpainted, *scene.images])
    prompts = [scene.prompt, scene.inpaint_prompt, *scene.prompts]
    back, inpaint, *concepts = (
        invert(pack, original, prompt, steps, parameters.guidance, parameters.seed * 1000 + index)
        for index, (original, prompt) in enumerate(zip(originals, prompts, strict=True))
    )
    count = len(concepts)
    masks = latent_masks(scene.masks, scene.orders)
    background_mask = 1 - sum(masks)
    rectangles = [expanded(mask, parameters.expand) for mask in masks]
    text = pack.text([scene.prompt] * count + scene.prompts)
    empty = pack.text([""])
    source = torch.cat([torch.arange(count, 2 * count)] * 2)
    scale = torch.tensor([parameters.alpha] * count + [0.0] * count)
    bias = None
    if parameters.subject:
        bias = {}
        for side in (32, 16, 8):
            inside = [torch.from_numpy(s).reshape(side, 256 // side, side, 256 // side).mean((1, 3)) > 0.3 for s in scene.subjects]
            kept = torch.where(torch.stack(inside).flatten(1), 0.0, -30.0)
            bias[side * side] = torch.cat([kept, torch.zeros_like(kept)]).float()

    out = back.latents[0].clone()
    references = [back.latents[0].clone() for _ in range(count)]
    for index, step in enumerate(steps):
        # 1-2. Guided appearance attention, swap guidance.
        rows = torch.stack(references + [concept.latents[index] for concept in concepts])
        timestep = torch.tensor(step.timestep)
        swapped = pack.predict(rows, timestep, text, parameters.guidance, empty, source, scale, bias)[:count]
        s = parameters.swapGuidance
        strength = s + (max(s / 2, 1) - s) * index / max(1, len(steps) - 1)
        if strength > 1:
            plain = pack.predict(rows[:count], timestep, text[:count], parameters.guidance, empty)
            swapped = plain + strength * (swapped - plain)
        back_noise, noise_map = back.predictions[index], back.noise_maps[index]
        # 3. Mask-guided noise mixing.
        mixed = back_noise * background_mask + sum(swapped[i] * masks[i] for i in range(count))
        last = index == len(steps) - 1
        out_noise_map = noise_map * background_mask if last else noise_map
        out = step.mean(out, mixed) + step.sigma * out_noise_map
        for i in range(count):
            # 4. Noise mixing on the references.
            reference_noise = swapped[i] * masks[i] + back_noise * (1 - masks[i])
            reference = step.mean(references[i], reference_noise) + step.sigma * noise_map
            # 5. Background dilution++.
            around = parameters.beta * inpaint.latents[index + 1] * (1 - rectangles[i])
            references[i] = around + reference * rectangles[i]
    return out


def keep_background(result: np.ndarray, scene: LoadedScene, edge: float = 8) -> np.ndarray:
    """Outside the feathered masks the background's own pixels."""
    union = np.clip(np.sum(scene.masks, 0), 0, 1)
    cover = cv2.GaussianBlur(cv2.dilate(union, np.ones((5, 5))), (0, 0), edge / 4)[..., None]
    return np.rint(result * cover + scene.background * (1 - cover)).astype(np.uint8)


def colour_distance(scene: LoadedScene, result: np.ndarray) -> float:
    """Mean Delta E between the concepts' mean colours and their regions'."""

    def mean_lab(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[mask > 0.5].mean(0)

    pairs = zip(scene.images, scene.subjects, scene.masks, strict=True)
    return float(np.mean([np.linalg.norm(mean_lab(i, s) - mean_lab(result, m)) for i, s, m in pairs]))


def parse_settings(text: str) -> Parameters:
    """"alpha=0.3,guidance=2" as Parameters; what is not named keeps its default."""
    types = {field.name: type(field.default) for field in fields(Parameters)}
    changes = {name: types[name](float(value)) for name, value in (part.split("=") for part in text.split(","))}
    return replace(Parameters(), **changes)


def labelled(image: np.ndarray, text: str) -> np.ndarray:
    picture = Image.fromarray(image)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 6 * len(text) + 6, 13), fill=(255, 255, 255))
    draw.text((3, 1), text, fill=(0, 0, 0))
    return np.asarray(picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--scenes", nargs="+", required=True)
    parser.add_argument("--settings", nargs="+", default=["alpha=0.15"])
    parser.add_argument("--out", help="contact sheet")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    pack = Pack(options.pack)
    lines, distances = [], {setting: [] for setting in options.settings}
    for folder in options.scenes:
        scene = load_scene(folder)
        with torch.no_grad():
            decoded = pack.decode(pack.encode([scene.background])[0])
        tiles = [scene.background, scene.inpainted, *scene.images]
        tiles += [np.full_like(scene.background, 255)] * (3 - len(scene.images))
        tiles.append(labelled(decoded, "autoencoder"))
        for setting in options.settings:
            start = time.time()
            with torch.no_grad():
                result = keep_background(pack.decode(compose(pack, scene, parse_settings(setting))), scene)
            distance = colour_distance(scene, result)
            distances[setting].append(distance)
            print(f"{scene.name}, {setting}: {time.time() - start:.1f} s, colour distance {distance:.1f}", flush=True)
            tiles.append(labelled(result, f"{setting} dE {distance:.0f}"))
        lines.append(np.concatenate(tiles, 1))
        if options.out:
            Image.fromarray(np.concatenate(lines, 0)).save(options.out)
    for setting, values in distances.items():
        print(f"{setting}: mean colour distance {np.mean(values):.2f} over {len(values)} scenes")


if __name__ == "__main__":
    main()

"""What diffusers' samplers and its SDXL pipeline compute, on small random models.

    python make_golden.py        (torch 2.15.0, diffusers 0.42.1, transformers 5.24.0, safetensors 0.8.0)

Writes, beside this file:

    samplers.json               EulerDiscreteScheduler as SDXL's scheduler_config.json has it, and
                                DPMSolverMultistepScheduler without and with fresh noise (that of `fresh_noise`),
                                run on the model eps(x, t) = sin(3 x + t / 500)
    sdxl/                       the first text encoder, both tokenizers, scheduler and model_index.json of an SDXL
                                checkpoint; U-Net, autoencoder and second text encoder are ../graph/sdxl's
    sdxl.golden.safetensors     latents of StableDiffusionXLPipeline after every step, from given noise
    manifest.json               versions, seed, tolerance
"""

from __future__ import annotations

import json
import pathlib
import shutil

import diffusers
import safetensors
import safetensors.torch
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

SEED = 20241124
TOLERANCE = 2e-4
HERE = pathlib.Path(__file__).parent
GRAPH = HERE.parent / "graph" / "sdxl"
SDXL_SCHEDULER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "interpolation_type": "linear",
    "prediction_type": "epsilon",
    "sample_max_value": 1.0,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "use_karras_sigmas": False,
}


def toy_model(sample: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
    return torch.sin(3 * sample + timestep / 500)


def fresh_noise(step: int, length: int) -> torch.Tensor:
    return torch.sin(3 * torch.arange(length, dtype=torch.float64) + 5 * step)


def run_sampler(scheduler, steps: int, noise: torch.Tensor, is_stochastic: bool = False) -> dict:
    scheduler.set_timesteps(steps)
    latents = noise * scheduler.init_noise_sigma
    states = []
    for step, timestep in enumerate(scheduler.timesteps):
        model_input = scheduler.scale_model_input(latents, timestep)
        fresh = {"variance_noise": fresh_noise(step, len(noise))} if is_stochastic else {}
        latents = scheduler.step(toy_model(model_input, timestep), timestep, latents, **fresh).prev_sample
        states.append(latents.tolist())
    return {"steps": steps, "timesteps": [int(t) for t in scheduler.timesteps], "states": states}


def make_samplers() -> None:
    noise = torch.randn(12, dtype=torch.float64)
    cases = []
    for prediction_type in ("epsilon", "v_prediction"):
        for steps in (1, 4, 30):
            config = {**SDXL_SCHEDULER, "prediction_type": prediction_type}
            euler = EulerDiscreteScheduler.from_config(config)
            cases.append({"sampler": "euler", "predictionType": prediction_type, **run_sampler(euler, steps, noise)})
            for sampler, algorithm in (("dpm-solver", "dpmsolver++"), ("sde-dpm-solver", "sde-dpmsolver++")):
                solver = DPMSolverMultistepScheduler.from_config(
                    {**config, "timestep_spacing": "trailing"},
                    algorithm_type=algorithm,
                    solver_order=2,
                    final_sigmas_type="zero",
                )
                run = run_sampler(solver, steps, noise, is_stochastic=algorithm.startswith("sde"))
                cases.append({"sampler": sampler, "predictionType": prediction_type, **run})
    (HERE / "samplers.json").write_text(json.dumps({"noise": noise.tolist(), "cases": cases}) + "\n")


def write_tokenizer(folder: pathlib.Path, pad_token: str) -> CLIPTokenizer:
    """Letters and digits, each as itself and at a word's end; 99 tokens, as the golden text encoders have."""
    letters = list("abcdefghijklmnopqrstuvwxyz0123456789")
    vocabulary = {"<|startoftext|>": 0, "!": 1}
    for token in [*letters, *(f"{letter}</w>" for letter in letters)]:
        vocabulary[token] = len(vocabulary)
    while len(vocabulary) < 98:
        vocabulary[f"unused{len(vocabulary)}"] = len(vocabulary)
    vocabulary["<|endoftext|>"] = 98
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 16, "pad_token": pad_token}
    config |= {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return CLIPTokenizer.from_pretrained(folder)


@torch.no_grad()
def make_sdxl() -> None:
    root = HERE / "sdxl"
    shutil.rmtree(root, ignore_errors=True)
    tokenizers = [write_tokenizer(root / "tokenizer", "<|endoftext|>"), write_tokenizer(root / "tokenizer_2", "!")]
    text_encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=99, hidden_size=8, intermediate_size=20, num_attention_heads=2, num_hidden_layers=3,
            max_position_embeddings=16, bos_token_id=0, eos_token_id=98, pad_token_id=1,
        )
    ).eval()  # fmt: skip
    for parameter in text_encoder.parameters():
        parameter.normal_(0, 0.3)
    text_encoder.save_pretrained(root / "text_encoder")
    scheduler = EulerDiscreteScheduler.from_config(SDXL_SCHEDULER)
    (root / "scheduler").mkdir()
    config = {"_class_name": "EulerDiscreteScheduler", **SDXL_SCHEDULER}
    (root / "scheduler" / "scheduler_config.json").write_text(json.dumps(config, indent=2) + "\n")
    index = {"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": True}
    (root / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    pipeline = StableDiffusionXLPipeline(
        vae=AutoencoderKL.from_pretrained(GRAPH / "vae"),
        text_encoder=text_encoder,
        text_encoder_2=CLIPTextModelWithProjection.from_pretrained(GRAPH / "text_encoder_2", dtype=torch.float32),
        tokenizer=tokenizers[0],
        tokenizer_2=tokenizers[1],
        unet=UNet2DConditionModel.from_pretrained(GRAPH / "unet", torch_dtype=torch.float32),
        scheduler=scheduler,
        force_zeros_for_empty_prompt=True,
        add_watermarker=False,
    )
    noise = torch.randn(1, 4, 8, 12)
    golden = {"noise": noise[0]}
    for name, negative in (("plain", None), ("negative", "b c dog")):
        states = []

        def keep(pipe, step, timestep, values, states=states):
            states.append(values["latents"][0].clone())
            return values

        pipeline(
            "a cat 7", negative_prompt=negative, height=16, width=24, num_inference_steps=4, guidance_scale=5.0,
            latents=noise.clone(), output_type="latent", callback_on_step_end=keep,
        )  # fmt: skip
        golden[name] = torch.stack(states)
    safetensors.torch.save_file(golden, HERE / "sdxl.golden.safetensors")


def main() -> None:
    torch.manual_seed(SEED)
    make_samplers()
    make_sdxl()
    manifest = {
        "script": "test/golden/text-to-image/make_golden.py",
        "seed": SEED,
        "tolerance": {"maxAbsoluteError": TOLERANCE, "type": "float32"},
        "versions": {
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
    }
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""Small random checkpoints of every supported class, and what PyTorch computes with them.

    python make_golden.py        (torch 2.15.0, diffusers 0.42.1, transformers 5.23.0, safetensors 0.8.0)

Writes, beside this file, one diffusers-layout checkpoint per case and a `<component>.golden.safetensors` with named
inputs and outputs for each component, `full-size.json.gz` with the tensor names and shapes of the classes at the sizes
of Stable Diffusion 1.5, 2.1 and XL (no weights), and `manifest.json` with the versions, the seed and the tolerance.

Every parameter is randomised, zero-initialised layers and norms included, so that each of them matters to the
result. Checkpoints stored in float16 are computed in float32 from the rounded values.
"""
import gzip
import json
import pathlib
import shutil

import diffusers
import safetensors
import safetensors.torch
import torch
import transformers
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

SEED = 20240117
TOLERANCE = 1e-4
HERE = pathlib.Path(__file__).parent
torch.manual_seed(SEED)


def randomise(model: torch.nn.Module) -> torch.nn.Module:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "embedding.weight" in name:
                parameter.normal_(0, 0.5)
            elif parameter.ndim > 1:
                parameter.normal_(0, parameter[0].numel() ** -0.5)
            elif "norm" in name and name.endswith("weight"):
                parameter.normal_(1, 0.2)
            else:
                parameter.normal_(0, 0.1)
    return model.eval()


def save(model: torch.nn.Module, folder: pathlib.Path, half: bool, **options) -> torch.nn.Module:
    """Saves, in float16 if asked, and returns the model in float32 with the values that were saved."""
    if half:
        model.half().save_pretrained(folder, safe_serialization=True, **options)
        return model.float()
    model.save_pretrained(folder, safe_serialization=True, **options)
    return model


def save_golden(folder: pathlib.Path, component: str, tensors: dict[str, torch.Tensor]) -> None:
    tensors = {name: value.detach().contiguous() for name, value in tensors.items()}
    safetensors.torch.save_file(tensors, folder / f"{component}.golden.safetensors")


class GuidedAppearanceProcessor:
    """PnP-MIX 3.3 in self-attention: K' = K[source], V' = V[source] + alpha (V[source] - V). Written out, no fused attention."""

    def __init__(self, source: torch.Tensor, alpha: torch.Tensor):
        self.source, self.alpha = source, alpha

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, **kwargs):
        query, key, value = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        source_value = value[self.source]
        key = key[self.source]
        value = source_value + self.alpha[:, None, None] * (source_value - value)
        split = lambda x: x.unflatten(-1, (attn.heads, -1)).transpose(1, 2)
        query, key, value = split(query), split(key), split(value)
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
        attended = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
        return attn.to_out[0](attended)


def with_guidance(unet: UNet2DConditionModel, source, alpha, layers: str):
    plain = dict(unet.attn_processors)
    guided = GuidedAppearanceProcessor(source, alpha)
    chosen = {
        name: guided
        if ".attn1." in name and (layers == "all" or name.startswith("up_blocks"))
        else processor
        for name, processor in plain.items()
    }
    return plain, chosen


@torch.no_grad()
def make_unet(folder: pathlib.Path, half: bool, sizes, save_options=None, **config) -> None:
    unet = save(randomise(UNet2DConditionModel(**config)), folder / "unet", half, **(save_options or {}))
    golden = {}
    for height, width in sizes:
        batch, tag = 4, f"{height}x{width}"
        inputs = {
            "sample": torch.randn(batch, unet.config.in_channels, height, width),
            "timestep": torch.tensor([999, 1, 480, 480]),
            "encoder_hidden_states": torch.randn(batch, 7, unet.config.cross_attention_dim),
            "kv_source": torch.tensor([0, 3, 1, 3]),
            "appearance_scale": torch.tensor([0.5, 0.15, 0.4, 0.15]),
        }
        added = None
        if unet.config.addition_embed_type == "text_time":
            text_dim = unet.config.projection_class_embeddings_input_dim - 6 * unet.config.addition_time_embed_dim
            inputs["text_embeds"] = torch.randn(batch, text_dim)
            inputs["time_ids"] = torch.tensor([[1024.0, 768.0, 0.0, 32.0, 512.0, 640.0]]).repeat(batch, 1)
            inputs["time_ids"][1] *= 0.5
            added = {"text_embeds": inputs["text_embeds"], "time_ids": inputs["time_ids"]}
        run = lambda: unet(
            inputs["sample"], inputs["timestep"], inputs["encoder_hidden_states"], added_cond_kwargs=added
        ).sample
        golden |= {f"{tag}.{name}": value for name, value in inputs.items()}
        golden[f"{tag}.plain"] = run()
        for layers in ("all", "decoder"):
            plain, chosen = with_guidance(unet, inputs["kv_source"], inputs["appearance_scale"], layers)
            unet.set_attn_processor(chosen)
            golden[f"{tag}.guided_{layers}"] = run()
            unet.set_attn_processor(plain)
    save_golden(folder, "unet", golden)


@torch.no_grad()
def make_vae(folder: pathlib.Path, half: bool, old_names: bool = False, **config) -> None:
    vae = save(randomise(AutoencoderKL(**config)), folder / "vae", half)
    image = torch.rand(2, 3, 24, 40) * 2 - 1
    distribution = vae.encode(image).latent_dist
    latent = torch.randn_like(distribution.mean)
    golden = {
        "image": image,
        "mean": distribution.mean,
        "logvar": distribution.logvar,
        "latent": latent,
        "decoded": vae.decode(latent).sample,
    }
    save_golden(folder, "vae", golden)
    if old_names:  # as diffusers named them before 0.18
        path = folder / "vae" / "diffusion_pytorch_model.safetensors"
        new_to_old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
        tensors = safetensors.torch.load_file(path)
        for new, old in new_to_old.items():
            tensors = {
                name.replace(f"attentions.0.{new}.", f"attentions.0.{old}."): value for name, value in tensors.items()
            }
        safetensors.torch.save_file(tensors, path, {"format": "pt"})


@torch.no_grad()
def make_tiny(folder: pathlib.Path, half: bool, **config) -> None:
    vae = save(randomise(AutoencoderTiny(**config)), folder, half)
    image = torch.rand(2, 3, 24, 40) * 2 - 1
    latent = 3 * torch.randn(2, vae.config.latent_channels, 6, 10)
    golden = {"image": image, "mean": vae.encode(image).latents, "latent": latent, "decoded": vae.decode(latent).sample}
    save_golden(folder, "vae", golden)


@torch.no_grad()
def make_text_encoder(folder: pathlib.Path, component: str, kind, half: bool, old_prefix: bool = False, **config) -> None:
    model = save(randomise(kind(CLIPTextConfig(**config))), folder / component, half)
    eos = model.config.eos_token_id if model.config.eos_token_id != 2 else model.config.vocab_size - 1
    input_ids = torch.randint(3, model.config.vocab_size - 2, (3, 11))
    input_ids[0, 4:] = eos
    input_ids[1, 10] = eos
    input_ids[2, 7:] = eos
    output = model(input_ids, output_hidden_states=True)
    golden = {
        "input_ids": input_ids,
        "last_hidden_state": output.last_hidden_state,
        "penultimate_hidden_state": output.hidden_states[-2],
    }
    if kind is CLIPTextModel:
        golden["pooled"] = output.pooler_output
    else:
        golden["text_embeds"] = output.text_embeds
    save_golden(folder, component, golden)
    if old_prefix:  # as transformers 4 saved it, position_ids included
        path = folder / component / "model.safetensors"
        tensors = safetensors.torch.load_file(path)
        if not any(name.startswith("text_model.") for name in tensors):
            tensors = {f"text_model.{name}": value for name, value in tensors.items()}
        positions = torch.arange(model.config.max_position_embeddings)[None]
        tensors["text_model.embeddings.position_ids"] = positions
        safetensors.torch.save_file(tensors, path, {"format": "pt"})


def full_size_models() -> dict:
    """Class, configuration and tensor shapes of the models that people use; made on the meta device, without memory."""
    attended, plain = "CrossAttnDownBlock2D", "DownBlock2D"
    attended_up, plain_up = "CrossAttnUpBlock2D", "UpBlock2D"
    four_levels = {
        "block_out_channels": (320, 640, 1280, 1280),
        "down_block_types": (attended, attended, attended, plain),
        "up_block_types": (plain_up, attended_up, attended_up, attended_up),
    }
    vae = {
        "block_out_channels": (128, 256, 512, 512),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "layers_per_block": 2,
    }
    clip_l = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12}
    clip_h = {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 23}
    clip_g = {"hidden_size": 1280, "intermediate_size": 5120, "num_attention_heads": 20, "num_hidden_layers": 32}
    sdxl = {
        "sample_size": 128,
        "block_out_channels": (320, 640, 1280),
        "down_block_types": (plain, attended, attended),
        "up_block_types": (attended_up, attended_up, plain_up),
        "attention_head_dim": (5, 10, 20),
        "transformer_layers_per_block": (1, 2, 10),
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    }
    sd2 = {"attention_head_dim": (5, 10, 20, 20), "cross_attention_dim": 1024, "use_linear_projection": True}
    with torch.device("meta"):
        models = {
            "sd1 unet": UNet2DConditionModel(**four_levels, cross_attention_dim=768, attention_head_dim=8),
            "sd2 unet": UNet2DConditionModel(**four_levels, **sd2, upcast_attention=True),
            "sdxl unet": UNet2DConditionModel(**sdxl),
            "vae": AutoencoderKL(**vae),
            "tiny vae": AutoencoderTiny(),
            "clip l": CLIPTextModel(CLIPTextConfig(**clip_l)),
            "clip h": CLIPTextModel(CLIPTextConfig(**clip_h, hidden_act="gelu")),
            "clip g": CLIPTextModelWithProjection(CLIPTextConfig(**clip_g, hidden_act="gelu", projection_dim=1280)),
        }
    return {
        name: {
            "className": type(model).__name__,
            "config": dict(model.config) if hasattr(model, "register_to_config") else model.config.to_diff_dict(),
            "tensors": {key: list(value.shape) for key, value in model.state_dict().items()},
        }
        for name, model in models.items()
    }


def main() -> None:
    for case in ("sd1", "sd2", "sdxl", "starter", "taesd"):
        shutil.rmtree(HERE / case, ignore_errors=True)
        (HERE / case).mkdir()

    # Stable Diffusion 1.x: convolution projections, attention_head_dim is the number of heads, no attention at the bottom.
    make_unet(
        HERE / "sd1",
        half=False,
        sizes=[(8, 12), (6, 10)],
        sample_size=8,
        block_out_channels=(16, 32),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=2,
        attention_head_dim=8,
        cross_attention_dim=24,
        norm_num_groups=8,
    )
    make_vae(
        HERE / "sd1",
        half=False,
        block_out_channels=(8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
    )
    text = {"vocab_size": 99, "hidden_size": 24, "intermediate_size": 40, "num_attention_heads": 4}
    text |= {"num_hidden_layers": 3, "max_position_embeddings": 16, "bos_token_id": 0, "pad_token_id": 1}
    make_text_encoder(HERE / "sd1", "text_encoder", CLIPTextModel, False, True, eos_token_id=2, **text)

    # Stable Diffusion 2.x: linear projections, heads per level, upcast attention, float16.
    make_unet(
        HERE / "sd2",
        half=True,
        sizes=[(8, 8), (12, 20), (5, 7)],
        sample_size=8,
        block_out_channels=(16, 32, 32),
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=1,
        attention_head_dim=(2, 4, 4),
        cross_attention_dim=32,
        norm_num_groups=4,
        use_linear_projection=True,
        upcast_attention=True,
    )
    make_vae(
        HERE / "sd2",
        half=True,
        old_names=True,
        block_out_channels=(8, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=2,
        norm_num_groups=8,
    )
    text |= {"hidden_act": "gelu", "eos_token_id": 98}
    make_text_encoder(HERE / "sd2", "text_encoder", CLIPTextModel, True, **text)

    # SDXL: text_time, transformer depth per level, no attention in the first level, no freq_shift surprises.
    make_unet(
        HERE / "sdxl",
        half=True,
        sizes=[(8, 8), (7, 9)],
        sample_size=8,
        block_out_channels=(16, 24, 32),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        attention_head_dim=(2, 3, 4),
        transformer_layers_per_block=(1, 2, 3),
        cross_attention_dim=32,
        norm_num_groups=4,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=68,
    )
    make_vae(
        HERE / "sdxl",
        half=False,
        block_out_channels=(8, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=4,
        use_quant_conv=False,
        use_post_quant_conv=False,
        mid_block_add_attention=False,
        scaling_factor=0.13025,
        shift_factor=0.0609,
    )
    make_text_encoder(
        HERE / "sdxl", "text_encoder_2", CLIPTextModelWithProjection, True, projection_dim=20, **text
    )

    # The starter pack's kind: attention at every level, one layer per block; saved in two shards.
    make_unet(
        HERE / "starter",
        half=True,
        sizes=[(8, 8)],
        save_options={"max_shard_size": "500KB"},
        sample_size=8,
        block_out_channels=(16, 24, 32),
        down_block_types=("CrossAttnDownBlock2D",) * 3,
        up_block_types=("CrossAttnUpBlock2D",) * 3,
        layers_per_block=1,
        attention_head_dim=(1, 2, 4),
        cross_attention_dim=32,
        norm_num_groups=8,
        use_linear_projection=True,
        flip_sin_to_cos=False,
        freq_shift=1,
        center_input_sample=True,
    )

    # TAESD.
    make_tiny(
        HERE / "taesd",
        half=True,
        encoder_block_out_channels=(8, 8, 8),
        decoder_block_out_channels=(8, 8, 8),
        num_encoder_blocks=(1, 2, 1),
        num_decoder_blocks=(2, 1, 1),
    )

    full_size = json.dumps(full_size_models(), separators=(",", ":")).encode()
    (HERE / "full-size.json.gz").write_bytes(gzip.compress(full_size, mtime=0))

    manifest = {
        "script": "test/golden/graph/make_golden.py",
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

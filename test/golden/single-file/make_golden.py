"""Small checkpoints in the original naming, and what diffusers computes with them.

    python make_golden.py CLIP_TOKENIZER_FOLDER [--full-size]   (torch 2.15.0, diffusers 0.42.0, transformers 5.24.0)

With --full-size: Stable Diffusion 1.5 at its real size alone, for `npm run soak -- single-file`; 6 GB of memory.

For each family: writes `<family>.json.gz`, the tensors' names, shapes and type, and `<family>.golden.safetensors`, named
inputs and outputs of `from_single_file` with a local configuration. The weights are not kept: `fill` computes them from
name and index, here and in test/native-models/graph/single-file/single-file-models.ts alike.

The names and shapes are written out after LDM's and sgm's own modules (openaimodel.py, model.py, open_clip's
transformer.py); that diffusers finds every tensor that its models need among them is part of the proof.
"""
import gzip
import json
import pathlib
import shutil
import sys
import tempfile

import diffusers
import numpy
import safetensors.torch
import torch
import transformers
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

HERE = pathlib.Path(__file__).parent
TOKENIZER = pathlib.Path(sys.argv[1])
WORDS = 200
SEED = 20261128
TOLERANCE = 1e-4
torch.manual_seed(SEED)


def fill(name: str, shape: list[int]) -> numpy.ndarray:
    """Values of a tensor from its name: uniform, of about unit gain; norms about 1."""
    seed = 2166136261
    for byte in name.encode():
        seed = ((seed ^ byte) * 16777619) & 0xFFFFFFFF
    count = int(numpy.prod(shape))
    h = (numpy.arange(count, dtype=numpy.uint64) * 2654435761 + seed) & 0xFFFFFFFF
    h ^= h >> numpy.uint64(16)
    h = (h * 0x45D9F3B) & 0xFFFFFFFF
    h ^= h >> numpy.uint64(16)
    unit = h.astype(numpy.float64) / 2**32 - 0.5
    if "embed" in name and len(shape) > 1 and "time_embed" not in name:
        values = unit
    elif len(shape) > 1:
        values = unit * (12 / (count / shape[0])) ** 0.5
    elif is_norm(name):
        values = 1 + 0.5 * unit
    else:
        values = 0.3 * unit
    return values.astype(numpy.float32).reshape(shape)


def is_norm(name: str) -> bool:
    parts = name.split(".")
    inner = parts[-2] if len(parts) > 1 else ""
    return parts[-1] == "weight" and len(parts) > 1 and (
        "norm" in inner or "ln_" in inner or (inner == "0" and parts[-3] in ("in_layers", "out_layers", "out"))
    )


class Shapes(dict):
    """Tensor names to shapes, module by module."""

    def linear(self, path, inputs, outputs, bias=True):
        self[f"{path}.weight"] = [outputs, inputs]
        if bias:
            self[f"{path}.bias"] = [outputs]

    def conv(self, path, inputs, outputs, kernel=3):
        self[f"{path}.weight"] = [outputs, inputs, kernel, kernel]
        self[f"{path}.bias"] = [outputs]

    def norm(self, path, channels):
        self[f"{path}.weight"] = [channels]
        self[f"{path}.bias"] = [channels]


def unet_shapes(shapes, channels, layers, depths, context, linear, added=None):
    """UNetModel of openaimodel.py. depths: transformer blocks per level, 0 for none; the middle has the last level's."""
    root = "model.diffusion_model."
    first, embedding = channels[0], 4 * channels[0]
    shapes.linear(root + "time_embed.0", first, embedding)
    shapes.linear(root + "time_embed.2", embedding, embedding)
    if added:
        shapes.linear(root + "label_emb.0.0", added, embedding)
        shapes.linear(root + "label_emb.0.2", embedding, embedding)

    def res(path, inputs, outputs):
        shapes.norm(f"{path}.in_layers.0", inputs)
        shapes.conv(f"{path}.in_layers.2", inputs, outputs)
        shapes.linear(f"{path}.emb_layers.1", embedding, outputs)
        shapes.norm(f"{path}.out_layers.0", outputs)
        shapes.conv(f"{path}.out_layers.3", outputs, outputs)
        if inputs != outputs:
            shapes.conv(f"{path}.skip_connection", inputs, outputs, 1)

    def transformer(path, width, depth):
        shapes.norm(f"{path}.norm", width)
        project = shapes.linear if linear else lambda p, i, o: shapes.conv(p, i, o, 1)
        project(f"{path}.proj_in", width, width)
        for block in range(depth):
            inner = f"{path}.transformer_blocks.{block}"
            for attention, states in (("attn1", width), ("attn2", context)):
                shapes.linear(f"{inner}.{attention}.to_q", width, width, bias=False)
                shapes.linear(f"{inner}.{attention}.to_k", states, width, bias=False)
                shapes.linear(f"{inner}.{attention}.to_v", states, width, bias=False)
                shapes.linear(f"{inner}.{attention}.to_out.0", width, width)
            shapes.linear(f"{inner}.ff.net.0.proj", width, 8 * width)
            shapes.linear(f"{inner}.ff.net.2", 4 * width, width)
            for norm in ("norm1", "norm2", "norm3"):
                shapes.norm(f"{inner}.{norm}", width)
        project(f"{path}.proj_out", width, width)

    shapes.conv(root + "input_blocks.0.0", 4, first)
    skips, width, index = [first], first, 1
    for level, out in enumerate(channels):
        for _ in range(layers):
            res(f"{root}input_blocks.{index}.0", width, out)
            width = out
            if depths[level]:
                transformer(f"{root}input_blocks.{index}.1", width, depths[level])
            skips.append(width)
            index += 1
        if level < len(channels) - 1:
            shapes.conv(f"{root}input_blocks.{index}.0.op", width, width)
            skips.append(width)
            index += 1
    middle = next(depth for depth in reversed(depths) if depth)
    res(root + "middle_block.0", width, width)
    transformer(root + "middle_block.1", width, middle)
    res(root + "middle_block.2", width, width)
    index = 0
    for level in reversed(range(len(channels))):
        for layer in range(layers + 1):
            res(f"{root}output_blocks.{index}.0", width + skips.pop(), channels[level])
            width, module = channels[level], 1
            if depths[level]:
                transformer(f"{root}output_blocks.{index}.1", width, depths[level])
                module = 2
            if level and layer == layers:
                shapes.conv(f"{root}output_blocks.{index}.{module}.conv", width, width)
            index += 1
    shapes.norm(root + "out.0", width)
    shapes.conv(root + "out.2", width, 4)


def vae_shapes(shapes, channels, layers, conv_attention, root="first_stage_model."):
    """Encoder and Decoder of model.py."""

    def res(path, inputs, outputs):
        shapes.norm(f"{path}.norm1", inputs)
        shapes.conv(f"{path}.conv1", inputs, outputs)
        shapes.norm(f"{path}.norm2", outputs)
        shapes.conv(f"{path}.conv2", outputs, outputs)
        if inputs != outputs:
            shapes.conv(f"{path}.nin_shortcut", inputs, outputs, 1)

    def middle(path, width):
        res(f"{path}.block_1", width, width)
        shapes.norm(f"{path}.attn_1.norm", width)
        for name in ("q", "k", "v", "proj_out"):
            if conv_attention:
                shapes.conv(f"{path}.attn_1.{name}", width, width, 1)
            else:
                shapes.linear(f"{path}.attn_1.{name}", width, width)
        res(f"{path}.block_2", width, width)

    width = channels[0]
    shapes.conv(root + "encoder.conv_in", 3, width)
    for level, out in enumerate(channels):
        for block in range(layers):
            res(f"{root}encoder.down.{level}.block.{block}", width, out)
            width = out
        if level < len(channels) - 1:
            shapes.conv(f"{root}encoder.down.{level}.downsample.conv", width, width)
    middle(root + "encoder.mid", width)
    shapes.norm(root + "encoder.norm_out", width)
    shapes.conv(root + "encoder.conv_out", width, 8)
    shapes.conv(root + "quant_conv", 8, 8, 1)
    shapes.conv(root + "post_quant_conv", 4, 4, 1)
    shapes.conv(root + "decoder.conv_in", 4, width)
    middle(root + "decoder.mid", width)
    for level in reversed(range(len(channels))):
        for block in range(layers + 1):
            res(f"{root}decoder.up.{level}.block.{block}", width, channels[level])
            width = channels[level]
        if level:
            shapes.conv(f"{root}decoder.up.{level}.upsample.conv", width, width)
    shapes.norm(root + "decoder.norm_out", width)
    shapes.conv(root + "decoder.conv_out", width, 3)


def clip_shapes(shapes, root, width, layers, inner=2, words=WORDS):
    """CLIPTextModel of transformers, as LDM keeps it. inner: width of its MLPs in multiples of `width`."""
    root += "text_model."
    shapes[root + "embeddings.token_embedding.weight"] = [words, width]
    shapes[root + "embeddings.position_embedding.weight"] = [77, width]
    for layer in range(layers):
        path = f"{root}encoder.layers.{layer}"
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            shapes.linear(f"{path}.self_attn.{name}", width, width)
        shapes.norm(f"{path}.layer_norm1", width)
        shapes.norm(f"{path}.layer_norm2", width)
        shapes.linear(f"{path}.mlp.fc1", width, inner * width)
        shapes.linear(f"{path}.mlp.fc2", inner * width, width)
    shapes.norm(root + "final_layer_norm", width)


def open_clip_shapes(shapes, root, width, layers, projection):
    """The text half of open_clip's CLIP."""
    shapes[root + "positional_embedding"] = [77, width]
    shapes[root + "text_projection"] = [width, projection]
    shapes[root + "logit_scale"] = []
    shapes[root + "token_embedding.weight"] = [WORDS, width]
    for layer in range(layers):
        path = f"{root}transformer.resblocks.{layer}"
        shapes.norm(f"{path}.ln_1", width)
        shapes[f"{path}.attn.in_proj_weight"] = [3 * width, width]
        shapes[f"{path}.attn.in_proj_bias"] = [3 * width]
        shapes.linear(f"{path}.attn.out_proj", width, width)
        shapes.norm(f"{path}.ln_2", width)
        shapes.linear(f"{path}.mlp.c_fc", width, 2 * width)
        shapes.linear(f"{path}.mlp.c_proj", 2 * width, width)
    shapes.norm(root + "ln_final", width)


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def text_config(kind, width, layers, activation, projection=None, inner=2, words=WORDS):
    return {
        "architectures": [kind], "model_type": "clip_text_model", "vocab_size": words, "hidden_size": width,
        "intermediate_size": inner * width, "num_attention_heads": width // 64, "num_hidden_layers": layers,
        "max_position_embeddings": 77, "hidden_act": activation, "eos_token_id": words - 1,
        "bos_token_id": words - 2, "pad_token_id": 0, "projection_dim": projection or width,
    }


def write_config(folder, family):
    """The configuration that a repository of this architecture has."""
    unet, vae, texts = family["unet"], family["vae"], family["texts"]
    attended = [bool(depth) for depth in unet["depths"]]
    heads = 8 if not unet["linear"] else [width // 64 for width in unet["channels"]]
    config = {
        "_class_name": "UNet2DConditionModel", "sample_size": 8, "block_out_channels": unet["channels"],
        "layers_per_block": unet["layers"], "cross_attention_dim": unet["context"], "attention_head_dim": heads,
        "use_linear_projection": unet["linear"],
        "down_block_types": ["CrossAttnDownBlock2D" if x else "DownBlock2D" for x in attended],
        "up_block_types": ["CrossAttnUpBlock2D" if x else "UpBlock2D" for x in reversed(attended)],
        "transformer_layers_per_block": [max(x, 1) for x in unet["depths"]],
    }
    if unet.get("added"):
        config |= {
            "addition_embed_type": "text_time", "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": unet["added"],
        }
    write(folder / "unet/config.json", config)
    write(folder / "vae/config.json", {
        "_class_name": "AutoencoderKL", "block_out_channels": vae["channels"], "layers_per_block": vae["layers"],
        "down_block_types": ["DownEncoderBlock2D"] * len(vae["channels"]),
        "up_block_types": ["UpDecoderBlock2D"] * len(vae["channels"]), "latent_channels": 4,
    })
    index = {
        "_class_name": family["pipeline"].__name__, "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"], "scheduler": ["diffusers", "DDIMScheduler"],
    }
    for number, text in enumerate(texts):
        suffix = "" if number == 0 else "_2"
        write(folder / f"text_encoder{suffix}/config.json", text_config(*text))
        shutil.copytree(TOKENIZER, folder / f"tokenizer{suffix}", copy_function=shutil.copyfile)
        index |= {f"text_encoder{suffix}": ["transformers", text[0]], f"tokenizer{suffix}": ["transformers", "CLIPTokenizer"]}
    write(folder / "scheduler/scheduler_config.json", {"_class_name": "DDIMScheduler"})
    write(folder / "model_index.json", index)


FAMILIES = {
    "sd1": {
        "pipeline": StableDiffusionPipeline, "dtype": "F32",
        "unet": {"channels": [32, 64, 64, 64], "layers": 2, "depths": [1, 1, 1, 0], "context": 64, "linear": False},
        "vae": {"channels": [32, 64], "layers": 1, "conv_attention": True},
        "texts": [("CLIPTextModel", 64, 2, "quick_gelu")],
    },
    "sd2": {
        "pipeline": StableDiffusionPipeline, "dtype": "F16",
        "unet": {"channels": [64, 128, 64, 64], "layers": 2, "depths": [1, 1, 1, 0], "context": 128, "linear": True},
        "vae": {"channels": [32, 64], "layers": 2, "conv_attention": True},
        "texts": [("CLIPTextModel", 128, 2, "gelu")],
    },
    "sdxl": {
        "pipeline": StableDiffusionXLPipeline, "dtype": "BF16",
        "unet": {
            "channels": [32, 64, 128], "layers": 2, "depths": [0, 1, 2], "context": 192, "linear": True,
            "added": 64 + 6 * 8,
        },
        "vae": {"channels": [32, 64], "layers": 1, "conv_attention": False},
        "texts": [
            ("CLIPTextModel", 64, 3, "quick_gelu"),
            ("CLIPTextModelWithProjection", 128, 2, "gelu", 64),
        ],
    },
}


FULL_SIZE = {
    "sd1-full-size": {
        "pipeline": StableDiffusionPipeline, "dtype": "F16",
        "unet": {"channels": [320, 640, 1280, 1280], "layers": 2, "depths": [1, 1, 1, 0], "context": 768, "linear": False},
        "vae": {"channels": [128, 256, 512, 512], "layers": 2, "conv_attention": True},
        "texts": [("CLIPTextModel", 768, 12, "quick_gelu", 768, 4, 49408)],
    },
}


def shapes_of(name, family):
    shapes = Shapes()
    unet_shapes(shapes, **family["unet"])
    vae_shapes(shapes, **family["vae"])
    if name == "sd1-full-size":
        clip_shapes(shapes, "cond_stage_model.transformer.", 768, 12, 4, 49408)
    elif name == "sd1":
        clip_shapes(shapes, "cond_stage_model.transformer.", 64, 2)
    elif name == "sd2":
        # One layer more than needed.
        open_clip_shapes(shapes, "cond_stage_model.model.", 128, 3, 128)
    else:
        clip_shapes(shapes, "conditioner.embedders.0.transformer.", 64, 3)
        open_clip_shapes(shapes, "conditioner.embedders.1.model.", 128, 2, 64)
    return shapes


DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


@torch.no_grad()
def make(name, family, folder):
    shapes = shapes_of(name, family)
    tensors = {key: torch.from_numpy(fill(key, shape)).to(DTYPES[family["dtype"]]) for key, shape in shapes.items()}
    path = folder / f"{name}.safetensors"
    safetensors.torch.save_file(tensors, path)
    write_config(folder / name, family)
    extra = {"safety_checker": None} if family["pipeline"] is StableDiffusionPipeline else {}
    pipeline = family["pipeline"].from_single_file(
        str(path), config=str(folder / name), torch_dtype=torch.float32, local_files_only=True, **extra
    )
    unet, vae = pipeline.unet, pipeline.vae
    sample = torch.randn(2, 4, 8, 8)
    states = torch.randn(2, 5, family["unet"]["context"])
    golden = {"unet.sample": sample, "unet.timestep": torch.tensor([999, 321]), "unet.encoder_hidden_states": states}
    added = None
    if family["unet"].get("added"):
        added = {"text_embeds": torch.randn(2, 64), "time_ids": torch.tensor([[64.0, 48.0, 0.0, 8.0, 64.0, 48.0]] * 2)}
        golden |= {f"unet.{key}": value for key, value in added.items()}
    golden["unet.out_sample"] = unet(sample, golden["unet.timestep"], states, added_cond_kwargs=added).sample
    image = torch.rand(1, 3, 16, 16) * 2 - 1
    golden |= {"vae.image": image, "vae.latent": vae.encode(image).latent_dist.mean}
    golden["vae.decoded"] = vae.decode(golden["vae.latent"]).sample
    ids = torch.randint(3, WORDS - 2, (2, 9))
    ids[:, 7:] = WORDS - 1
    for suffix in ("", "_2"):
        model = getattr(pipeline, f"text_encoder{suffix}", None)
        if model is None:
            continue
        output = model(ids, output_hidden_states=True)
        tag = f"text_encoder{suffix}"
        golden |= {f"{tag}.input_ids": ids.clone(), f"{tag}.penultimate_hidden_state": output.hidden_states[-2]}
        golden[f"{tag}.last_hidden_state"] = output.last_hidden_state
        if hasattr(output, "text_embeds"):
            golden[f"{tag}.text_embeds"] = output.text_embeds
    safetensors.torch.save_file(
        {key: value.detach().contiguous().clone() for key, value in golden.items()}, HERE / f"{name}.golden.safetensors"
    )
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(shape)}" for key, shape in shapes.items())
    text = f'{{"dtype": "{family["dtype"]}", "tensors": {{\n{lines}\n}}}}\n'
    (HERE / f"{name}.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def main():
    is_full_size = "--full-size" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        for name, family in (FULL_SIZE if is_full_size else FAMILIES).items():
            make(name, family, pathlib.Path(folder))
    if is_full_size:
        return
    versions = {module.__name__: module.__version__ for module in (torch, diffusers, transformers)}
    (HERE / "manifest.json").write_text(
        json.dumps({"script": "make_golden.py", "versions": versions, "seed": SEED, "maxAbsoluteError": TOLERANCE}, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()

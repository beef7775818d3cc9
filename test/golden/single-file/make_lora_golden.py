"""LoRAs on the small checkpoints of make_golden.py, and what diffusers computes with them.

    python make_lora_golden.py CLIP_TOKENIZER_FOLDER     (the libraries of make_golden.py, peft 0.20, accelerate)

For each case: adds to `loras.json.gz` the tensors' names and shapes, and writes `<case>.golden.safetensors`, the outputs
for the inputs of the family's own golden file. Values come from `fill`, alphas are 2. diffusers takes a text encoder's
changes for what they are only where its output projections are among them.
"""
import gzip
import json
import pathlib
import sys
import tempfile

import safetensors.torch
import torch
from make_golden import DTYPES, FAMILIES, HERE, Shapes, fill, shapes_of, write_config

RANK, WEIGHT = 4, 0.8


def kohya(name, linear=(), conv=()):
    tensors = {}
    for module, inputs, outputs in linear:
        tensors[f"{module}.lora_down.weight"] = [RANK, inputs]
        tensors[f"{module}.lora_up.weight"] = [outputs, RANK]
        tensors[f"{module}.alpha"] = []
    for module, inputs, outputs, kernel in conv:
        tensors[f"{module}.lora_down.weight"] = [RANK, inputs, kernel, kernel]
        tensors[f"{module}.lora_up.weight"] = [outputs, RANK, 1, 1]
        tensors[f"{module}.alpha"] = []
    return tensors


def peft(linear):
    tensors = {}
    for module, inputs, outputs in linear:
        tensors[f"{module}.lora_A.weight"] = [RANK, inputs]
        tensors[f"{module}.lora_B.weight"] = [outputs, RANK]
    return tensors


CASES = {
    "sd1-kohya": ("sd1", kohya(
        "sd1",
        linear=[
            ("lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q", 32, 32),
            ("lora_unet_up_blocks_1_attentions_2_transformer_blocks_0_attn2_to_k", 64, 64),
            ("lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_out_0", 64, 64),
            ("lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_ff_net_0_proj", 64, 512),
            ("lora_te_text_model_encoder_layers_0_self_attn_q_proj", 64, 64),
            ("lora_te_text_model_encoder_layers_0_self_attn_out_proj", 64, 64),
            ("lora_te_text_model_encoder_layers_1_mlp_fc2", 128, 64),
        ],
        conv=[
            ("lora_unet_down_blocks_1_attentions_1_proj_in", 64, 64, 1),
            ("lora_unet_down_blocks_1_resnets_0_conv1", 32, 64, 3),
            ("lora_unet_down_blocks_0_downsamplers_0_conv", 32, 32, 3),
        ],
    )),
    "sd2-peft": ("sd2", peft([
        ("unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_v", 64, 64),
        ("unet.up_blocks.2.attentions.0.transformer_blocks.0.attn2.to_k", 128, 128),
        ("unet.mid_block.attentions.0.transformer_blocks.0.ff.net.2", 256, 64),
        ("text_encoder.text_model.encoder.layers.0.self_attn.k_proj", 128, 128),
    ])),
    "sdxl-kohya": ("sdxl", kohya(
        "sdxl",
        linear=[
            ("lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q", 64, 64),
            ("lora_unet_middle_block_1_transformer_blocks_1_attn2_to_v", 192, 128),
            ("lora_unet_output_blocks_0_1_transformer_blocks_1_ff_net_0_proj", 128, 1024),
            ("lora_unet_input_blocks_7_1_proj_out", 128, 128),
            ("lora_te1_text_model_encoder_layers_1_self_attn_q_proj", 64, 64),
            ("lora_te1_text_model_encoder_layers_1_self_attn_out_proj", 64, 64),
            ("lora_te2_text_model_encoder_layers_0_self_attn_q_proj", 128, 128),
            ("lora_te2_text_model_encoder_layers_0_self_attn_out_proj", 128, 128),
        ],
    )),
}


@torch.no_grad()
def make(name, family_name, tensors, folder):
    family = FAMILIES[family_name]
    path, config, lora = folder / f"{family_name}.safetensors", folder / family_name, folder / f"{name}.safetensors"
    if not path.exists():
        shapes = shapes_of(family_name, family)
        kept = {key: torch.from_numpy(fill(key, shape)).to(DTYPES[family["dtype"]]) for key, shape in shapes.items()}
        safetensors.torch.save_file(kept, path)
        write_config(config, family)
    values = {
        key: torch.tensor(2.0) if key.endswith(".alpha") else torch.from_numpy(fill(key, shape))
        for key, shape in tensors.items()
    }
    safetensors.torch.save_file(values, lora)
    extra = {"safety_checker": None} if family_name != "sdxl" else {}
    pipeline = family["pipeline"].from_single_file(
        str(path), config=str(config), torch_dtype=torch.float32, local_files_only=True, **extra
    )
    pipeline.load_lora_weights(str(folder), weight_name=lora.name, adapter_name="one")
    pipeline.set_adapters(["one"], [WEIGHT])
    inputs = safetensors.torch.load_file(HERE / f"{family_name}.golden.safetensors")
    given = lambda key: inputs[f"unet.{key}"]
    added = {key: given(key) for key in ("text_embeds", "time_ids")} if family_name == "sdxl" else None
    states = given("encoder_hidden_states")
    golden = {"unet.out_sample": pipeline.unet(given("sample"), given("timestep"), states, added_cond_kwargs=added).sample}
    for suffix in ("", "_2"):
        model = getattr(pipeline, f"text_encoder{suffix}", None)
        if model is None:
            continue
        output = model(inputs[f"text_encoder{suffix}.input_ids"], output_hidden_states=True)
        golden[f"text_encoder{suffix}.last_hidden_state"] = output.last_hidden_state
        golden[f"text_encoder{suffix}.penultimate_hidden_state"] = output.hidden_states[-2]
    for key, value in golden.items():
        changed = (value - inputs[key]).abs().max() if key in inputs else None
        print(name, key, "changed by", changed)
    kept = {key: value.detach().contiguous().clone() for key, value in golden.items()}
    safetensors.torch.save_file(kept, HERE / f"{name}.golden.safetensors")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, (family, tensors) in CASES.items():
            make(name, family, tensors, pathlib.Path(folder))
    text = json.dumps({name: {"family": family, "tensors": tensors} for name, (family, tensors) in CASES.items()})
    (HERE / "loras.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()

"""The starter pack's text encoder and U-Net, and the sampling used to look at them."""

from __future__ import annotations

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from torch import nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from domain import LATENT_CHANNELS, LATENT_SIZE, MAX_TOKENS

TEXT_WIDTH = 128


def new_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=TEXT_WIDTH,
            intermediate_size=2 * TEXT_WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=MAX_TOKENS,
            hidden_act="quick_gelu",
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def new_unet() -> UNet2DConditionModel:
    """Self- and cross-attention at 32, 16 and 8: thin parts need the finest level."""
    unet = UNet2DConditionModel(
        sample_size=LATENT_SIZE,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        down_block_types=("CrossAttnDownBlock2D",) * 3,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D",) * 3,
        block_out_channels=(32, 64, 128),
        layers_per_block=1,
        # In diffusers this field holds the number of heads.
        attention_head_dim=(1, 2, 4),
        cross_attention_dim=TEXT_WIDTH,
        norm_num_groups=8,
        use_linear_projection=True,
    )
    # Every residual branch starts as nothing: faster and steadier early training.
    for name, module in unet.named_modules():
        if name.endswith((".conv2", ".proj_out")) or name == "conv_out":
            nn.init.zeros_(module.weight)
            nn.init.zeros_(module.bias)
    return unet


class GuidedAppearance:
    """Self-attention in which a row attends to another row of the call: PnP-MIX, section 3.3.

    Row i gets the keys of row source[i] and the values V_source + scale[i] (V_source - V_i). Without a source every row
    attends to itself.
    """

    def __init__(self) -> None:
        self.source: torch.Tensor | None = None  # int64 [rows]
        self.scale: torch.Tensor | None = None  # float32 [rows, 1, 1]

    def __call__(self, attention: Attention, hidden_states: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        query, key, value = attention.to_q(hidden_states), attention.to_k(hidden_states), attention.to_v(hidden_states)
        if self.source is not None:
            value = value[self.source] * (1 + self.scale) - value * self.scale
            key = key[self.source]
        query, key, value = (x.unflatten(-1, (attention.heads, -1)).transpose(1, 2) for x in (query, key, value))
        attended = functional.scaled_dot_product_attention(query, key, value.to(query.dtype))
        return attention.to_out[0](attended.transpose(1, 2).flatten(2))


def guide_appearance(unet: UNet2DConditionModel) -> GuidedAppearance:
    """Makes every self-attention layer of a U-Net follow the returned processor."""
    guided = GuidedAppearance()
    for name, module in unet.named_modules():
        if name.endswith(".attn1"):
            module.set_processor(guided)
    return guided


def tokenize(tokenizer: CLIPTokenizer, prompts: list[str]) -> torch.Tensor:
    """int64 [n, MAX_TOKENS]."""
    return tokenizer(
        prompts, padding="max_length", truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
    ).input_ids


def alphas_cumprod() -> torch.Tensor:
    """Stable Diffusion's scaled-linear schedule, float64 [1000]."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0)


@torch.no_grad()
def sample(
    unet: nn.Module, text_encoder: nn.Module, tokenizer: CLIPTokenizer, prompts: list[str], steps: int, guidance: float, seed: int
) -> torch.Tensor:
    """DDIM (eta 0) text to image with classifier-free guidance. Returns latents [n, 4, 32, 32]."""
    generator, device = torch.Generator().manual_seed(seed), next(unet.parameters()).device
    count, products = len(prompts), alphas_cumprod().float()
    text = text_encoder(tokenize(tokenizer, prompts + [""] * count).to(device)).last_hidden_state
    latents = torch.randn(count, LATENT_CHANNELS, LATENT_SIZE, LATENT_SIZE, generator=generator).to(device)
    timesteps = torch.linspace(999, 0, steps).round().long()
    for index, timestep in enumerate(timesteps):
        both = unet(torch.cat([latents, latents]), timestep, text).sample
        with_text, without_text = both.chunk(2)
        noise = without_text + guidance * (with_text - without_text)
        alpha = products[timestep]
        previous = products[timesteps[index + 1]] if index + 1 < steps else torch.tensor(1.0)
        original = ((latents - (1 - alpha).sqrt() * noise) / alpha.sqrt()).clamp(-4.5, 4.5)
        noise = (latents - alpha.sqrt() * original) / (1 - alpha).sqrt()
        latents = previous.sqrt() * original + (1 - previous).sqrt() * noise
    return latents

"""Attention on meta tensors as it runs on real ones: fused, without a matrix of all tokens with all tokens.

For meta tensors PyTorch takes the attention apart, and the backward pass would seem to keep far more than it does.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def is_fused(part: nn.Module) -> bool:
    """Whether a layer is an attention that runs fused on every device; dropped weights need the matrix."""
    return isinstance(part, nn.MultiheadAttention) and not part.dropout


def fused_attention(part: nn.Module, tokens: Tensor) -> Tensor:
    """The forward pass of `nn.MultiheadAttention` of a sequence with itself, `(batch, tokens, features)`.

    The steps are those of `torch.nn.functional.multi_head_attention_forward` without weights in its answer.
    """
    assert isinstance(part, nn.MultiheadAttention)
    batch, length, features = tokens.shape
    projected = functional.linear(tokens.transpose(0, 1), part.in_proj_weight, part.in_proj_bias)
    parts = projected.reshape(length, batch, 3, features).unsqueeze(0).transpose(0, -2).squeeze(-2).contiguous()
    heads = (length, batch * part.num_heads, part.head_dim)
    shape = (batch, part.num_heads, length, part.head_dim)
    query, key, value = (one.reshape(heads).transpose(0, 1).reshape(shape) for one in parts)
    attended = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(query, key, value)[0]
    together = attended.permute(2, 0, 1, 3).contiguous().view(length * batch, features)
    output: Tensor = functional.linear(together, part.out_proj.weight, part.out_proj.bias)
    return output.view(length, batch, features).transpose(0, 1)

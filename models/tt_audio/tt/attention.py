# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Scaled dot product attention: the one call, with one configuration, for all models."""

import ttnn

# Rows of queries and of keys that a core works on at once; powers of two, so they divide every bucket.
QUERY_ROWS, KEY_ROWS = 64, 128


def attend(
    query: ttnn.Tensor,
    key: ttnn.Tensor,
    value: ttnn.Tensor,
    scores: ttnn.Tensor,
    compute_config: ttnn.DeviceComputeKernelConfig,
    memory_config: ttnn.MemoryConfig | None = None,
) -> ttnn.Tensor:
    """Return softmax(query @ key.T + scores) @ value, with the heads side by side: [batch, 1, queries, heads * D].

    query [batch, heads, queries, D], key and value [batch, heads, keys, D], scores [1 or batch, 1, queries, keys]. All
    are bfloat16, because the op takes nothing wider. The weights of the queries contain the scale.
    """
    return ttnn.transformer.scaled_dot_product_attention(
        *(query, key, value),
        attn_mask=scores,
        is_causal=False,
        scale=1.0,
        output_concat_heads=True,
        program_config=ttnn.SDPAProgramConfig(
            compute_with_storage_grid_size=query.device().compute_with_storage_grid_size(),
            q_chunk_size=min(QUERY_ROWS, query.shape[2]),
            k_chunk_size=min(KEY_ROWS, key.shape[2]),
            exp_approx_mode=False,  # the approximation loses twenty times as much, on a simulator
        ),
        compute_kernel_config=compute_config,
        memory_config=memory_config,
    )

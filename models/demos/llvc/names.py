# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The names of tensors: tables that translate the name in a module into the name in an LLVC checkpoint.

Used with `load_strict` (models/tt_audio/host/checkpoint.py).
"""

from models.tt_audio.host.checkpoint import Names

# Module name -> upstream's name, applied in this order.
NAMES: Names = (
    (r"^prenet\.blocks\.", "convnet_pre.down_convs."),
    (r"^(in_conv|out_conv)\.", r"\1.0."),
    (r"^to_memory\.", "mask_gen.proj_e2d_e.0."),
    (r"^to_targets\.", "mask_gen.proj_e2d_l.0."),
    (r"^from_decoder\.", "mask_gen.proj_d2e.0."),
    (r"^encoder\.layers\.(\d+)\.", r"mask_gen.encoder.dcc_layers.dcc_\1.layers."),
    (r"\.depthwise\.", ".0."),
    (r"\.depthwise_norm\.", ".1."),
    (r"\.pointwise\.", ".3."),
    (r"\.pointwise_norm\.", ".4."),
    (r"^decoder\.layers\.", "mask_gen.decoder.tf_dec_layers."),
    (r"\.self_attention\.", ".self_attn."),
    (r"\.memory_attention\.", ".multihead_attn."),
    (r"\.widen\.", ".linear1."),
    (r"\.narrow\.", ".linear2."),
)

# A table of sines and cosines, which reference/decoder.py computes.
UNUSED = ("mask_gen.decoder.pos_enc.",)

# The network that makes the label (loading.fold_label): tensors by name, after this prefix.
LABEL = "label_embedding."

# The prefixes that only a checkpoint with a prenet has, for the message when it is loaded with llvc_nc's config.
OTHER_CONFIGS = {"a network with a prenet: take the config of llvc or llvc_hfg": ("convnet_pre.",)}

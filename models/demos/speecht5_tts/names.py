# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The names of tensors: tables that translate the name in a module into the name in a released checkpoint.

Used with `load_strict` (models/tt_audio/host/checkpoint.py). The checkpoints have the names of Hugging Face's classes.
"""

from models.tt_audio.host.checkpoint import Names

# Module name -> name in the file, applied in this order.
SPEECHT5_NAMES: Names = (
    (r"\.(query|key|value)\.", lambda match: f".{match[1][0]}_proj."),
    (r"attention\.output\.", "attention.out_proj."),
    (r"\.feed_forward\.widen\.", ".feed_forward.intermediate_dense."),
    (r"\.feed_forward\.narrow\.", ".feed_forward.output_dense."),
    (r"\.feed_forward_norm\.", ".final_layer_norm."),
    (r"^encoder\.embedding\.", "speecht5.encoder.prenet.embed_tokens."),
    (r"^encoder\.position_scale$", "speecht5.encoder.prenet.encode_positions.alpha"),
    (r"^encoder\.relative_keys$", "speecht5.encoder.wrapped_encoder.embed_positions.pe_k.weight"),
    (r"^encoder\.norm\.", "speecht5.encoder.wrapped_encoder.layer_norm."),
    (r"^(encoder\.layers\.\d+)\.attention_norm\.", r"\1.layer_norm."),
    (r"^encoder\.layers\.", "speecht5.encoder.wrapped_encoder.layers."),
    (r"^prenet\.position_scale$", "speecht5.decoder.prenet.encode_positions.alpha"),
    (r"^prenet\.projection\.", "speecht5.decoder.prenet.final_layer."),
    (r"^prenet\.speaker\.", "speecht5.decoder.prenet.speaker_embeds_layer."),
    (r"^prenet\.layers\.", "speecht5.decoder.prenet.layers."),
    (r"\.self_attention\.", ".self_attn."),
    (r"\.self_attention_norm\.", ".self_attn_layer_norm."),
    (r"\.cross_attention\.", ".encoder_attn."),
    (r"\.cross_attention_norm\.", ".encoder_attn_layer_norm."),
    (r"^decoder\.layers\.", "speecht5.decoder.wrapped_decoder.layers."),
    (r"^mel\.", "speech_decoder_postnet.feat_out."),
    (r"^stop\.", "speech_decoder_postnet.prob_out."),
    (r"^postnet\.layers\.(\d+)\.(weight)$", r"speech_decoder_postnet.layers.\1.conv.\2"),
    (r"^postnet\.layers\.(\d+)\.norm_weight$", r"speech_decoder_postnet.layers.\1.batch_norm.weight"),
    (r"^postnet\.layers\.(\d+)\.norm_bias$", r"speech_decoder_postnet.layers.\1.batch_norm.bias"),
    (r"^postnet\.layers\.(\d+)\.mean$", r"speech_decoder_postnet.layers.\1.batch_norm.running_mean"),
    (r"^postnet\.layers\.(\d+)\.variance$", r"speech_decoder_postnet.layers.\1.batch_norm.running_var"),
)

VOCODER_NAMES: Names = (
    (r"^generator\.ups\.", "upsampler."),
    (r"^generator\.", ""),
)

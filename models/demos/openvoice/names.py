# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The names of tensors: tables that translate the name in a module into the name in a released checkpoint.

Used with `load_strict` (models/tt_audio/host/checkpoint.py).
"""

from models.tt_audio.host.checkpoint import Names

# Module name -> upstream's name, applied in this order. Upstream counts the parameterless channel flips between the
# couplings of a flow as layers, so its couplings have the even numbers.
CONVERTER_NAMES: Names = (
    (r"^posterior_encoder\.", "enc_q."),
    (r"^generator\.", "dec."),
    (r"^tone_color_encoder\.", "ref_enc."),
    (r"^flow\.couplings\.(\d+)\.", lambda match: f"flow.flows.{2 * int(match[1])}."),
    (r"\.wavenet\.", ".enc."),
)

# MeloTTS and the base speakers of OpenVoice V1.
MELO_NAMES: Names = (
    (r"(norm(?:_\d)?(?:\.\d+)?)\.weight$", r"\1.gamma"),
    (r"(norm(?:_\d)?(?:\.\d+)?)\.bias$", r"\1.beta"),
    (r"^speaker_embedding\.", "emb_g."),
    (r"^generator\.", "dec."),
    # the transformer, in the text encoder and in the couplings
    (r"\.layers\.(\d+)\.attention_norm\.", r".norm_layers_1.\1."),
    (r"\.layers\.(\d+)\.feed_forward_norm\.", r".norm_layers_2.\1."),
    (r"\.layers\.(\d+)\.feed_forward\.widen\.", r".ffn_layers.\1.conv_1."),
    (r"\.layers\.(\d+)\.feed_forward\.narrow\.", r".ffn_layers.\1.conv_2."),
    (r"\.layers\.(\d+)\.attention\.relative_keys$", r".attn_layers.\1.emb_rel_k"),
    (r"\.layers\.(\d+)\.attention\.relative_values$", r".attn_layers.\1.emb_rel_v"),
    (r"\.layers\.(\d+)\.attention\.([qkvo])[a-z]+\.", r".attn_layers.\1.conv_\2."),
    (r"\.encoder\.speaker\.", ".encoder.spk_emb_linear."),
    (r"^text_encoder\.phones\.", "enc_p.emb."),
    (r"^text_encoder\.tones\.", "enc_p.tone_emb."),
    (r"^text_encoder\.languages\.", "enc_p.language_emb."),
    (r"^text_encoder\.bert\.", "enc_p.ja_bert_proj."),
    (r"^text_encoder\.chinese_bert\.", "enc_p.bert_proj."),
    (r"^text_encoder\.projection\.", "enc_p.proj."),
    (r"^text_encoder\.", "enc_p."),
    (r"^flow\.couplings\.(\d+)\.", lambda match: f"flow.flows.{2 * int(match[1])}."),
    (r"^(flow\.flows\.\d+)\.(?:wavenet|encoder)\.", r"\1.enc."),
    (r"^(stochastic_duration_predictor|duration_predictor)\.speaker\.", r"\1.cond."),
    (r"^(stochastic_duration_predictor\..*|duration_predictor)\.projection\.", r"\1.proj."),
    (r"^stochastic_duration_predictor\.projection\.", "sdp.proj."),
    (r"\.depthwise\.", ".convs_sep."),
    (r"\.depthwise_norm\.", ".norms_1."),
    (r"\.pointwise\.", ".convs_1x1."),
    (r"\.pointwise_norm\.", ".norms_2."),
    # Layer 0 of this flow is the affine one and layer 1 the coupling that inference skips; flips lie between couplings.
    (r"^stochastic_duration_predictor\.shift$", "sdp.flows.0.m"),
    (r"^stochastic_duration_predictor\.log_scale$", "sdp.flows.0.logs"),
    (r"^stochastic_duration_predictor\.couplings\.(\d+)\.", lambda match: f"sdp.flows.{2 * int(match[1]) + 3}."),
    (r"^stochastic_duration_predictor\.", "sdp."),
    (r"^duration_predictor\.", "dp."),
)

# Piper's voices: the same names, but the stochastic duration predictor is called dp, as the deterministic one would be.
PIPER_NAMES: Names = (*MELO_NAMES, (r"^sdp\.", "dp."))
# For generators whose residual blocks are of kind "2".
PIPER_NAMES_2: Names = (*PIPER_NAMES, (r"^(dec\.resblocks\.\d+)\.convs1\.", r"\1.convs."))

# Parts of a text-to-speech checkpoint that only training needs: the posterior encoder, that of the stochastic duration
# predictor, and the coupling whose output inference never reads.
MELO_TRAINING_ONLY = ("enc_q.", "sdp.post_", "sdp.flows.1.")

# The prefixes that only a text-to-speech checkpoint has, for the message when one is loaded as a converter.
TEXT_TO_SPEECH_PARTS = {"a text-to-speech model": ("enc_p.", "sdp.", "dp.", "emb_g.")}

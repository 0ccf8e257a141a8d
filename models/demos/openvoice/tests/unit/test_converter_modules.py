# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""Modules of the converter, compared with second formulas, in float64; lengths, masks, receptive field."""

import numpy as np
import pytest
import torch
from scipy.signal import lfilter

from models.demos.openvoice.config import ConverterConfig
from models.demos.openvoice.names import CONVERTER_NAMES
from models.demos.openvoice.reference.converter import Converter
from models.demos.openvoice.reference.wavenet import WaveNet
from models.demos.openvoice.synthetic import SMALL_CONFIG, V2_CONFIG, converter_state, with_model
from models.tt_audio.host import checkpoint
from models.tt_audio.torch_backend.hifigan import FastGenerator, padded_size

CLOSE = {"atol": 1e-10, "rtol": 1e-9}


def converter(config=SMALL_CONFIG, dtype=torch.float64, seed=0) -> Converter:
    with torch.device("meta"):
        made = Converter(ConverterConfig.from_dict(config))
    state = checkpoint.fold_weight_norm(converter_state(config, seed))
    checkpoint.load_strict(made, state, "test", CONVERTER_NAMES)
    return made.to(dtype)


@pytest.fixture(scope="module")
def model():
    return converter()


@pytest.fixture(scope="module")
def v1_model():
    return converter(with_model(SMALL_CONFIG, zero_g=False))


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def conv(x, weight, bias, dilation=1):
    """Convolve [C, T] -> [O, T] with zero padding, tap by tap."""
    out_channels, _, taps = weight.shape
    padding = (taps - 1) // 2 * dilation
    padded = np.pad(x, ((0, 0), (padding, padding)))
    out = np.zeros((out_channels, x.shape[1]))
    for tap in range(taps):
        out += weight[:, :, tap] @ padded[:, tap * dilation : tap * dilation + x.shape[1]]
    return out if bias is None else out + bias[:, None]


def arrays(module):
    return module.weight.numpy(), None if module.bias is None else module.bias.numpy()


def leaky(x, slope):
    return np.where(x > 0, x, slope * x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def wavenet_by_hand(net: WaveNet, x, g):
    layers, channels = len(net.in_layers), net.channels
    condition = conv(g, *arrays(net.cond_layer))
    output = np.zeros_like(x)
    for i in range(layers):
        h = conv(x, *arrays(net.in_layers[i]), net.in_layers[i].dilation[0])
        h += condition[2 * channels * i : 2 * channels * (i + 1)]
        acts = np.tanh(h[:channels]) * sigmoid(h[channels:])
        both = conv(acts, *arrays(net.res_skip_layers[i]))
        if i < layers - 1:
            x, output = x + both[:channels], output + both[channels:]
        else:
            output = output + both
    return output


def test_spectrogram_is_the_magnitude_of_a_discrete_fourier_transform(model):
    waveform = normal(1, 256 * 7 + 100)
    spec = model.spectrogram(waveform)[0].numpy()
    assert spec.shape == (513, 7)
    mirrored = np.pad(waveform[0].numpy(), 384, mode="reflect")
    n = np.arange(1024)
    window = np.sin(np.pi * n / 1024) ** 2
    basis = np.exp(-2j * np.pi * np.outer(np.arange(513), n) / 1024)
    for t in range(7):
        magnitude = np.abs(basis @ (mirrored[256 * t : 256 * t + 1024] * window))
        # the window is stored in fp32
        np.testing.assert_allclose(spec[:, t], np.sqrt(magnitude**2 + 1e-6), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("dilation_rate", [1, 2])
def test_wavenet(dilation_rate):
    torch.manual_seed(0)
    net = WaveNet(channels=6, kernel_size=5, dilation_rate=dilation_rate, layers=3, gin_channels=4).double().eval()
    net.requires_grad_(False)
    x, g = normal(1, 6, 40), normal(1, 4, 1, seed=1)
    torch.testing.assert_close(net(x, None, g)[0].numpy(), wavenet_by_hand(net, x[0].numpy(), g[0].numpy()), **CLOSE)
    torch.testing.assert_close(net(x), net(x, torch.ones(1, 1, 40).double(), torch.zeros(1, 4, 1).double()), **CLOSE)


def test_posterior_encoder(model):
    encoder = model.posterior_encoder
    spec, noise, g = normal(1, 513, 30).abs(), normal(1, 16, 30, seed=1), normal(1, 12, 1, seed=2)
    h = wavenet_by_hand(encoder.wavenet, conv(spec[0].numpy(), *arrays(encoder.pre)), g[0].numpy())
    stats = conv(h, *arrays(encoder.proj))
    expected = stats[:16] + noise[0].numpy() * 0.3 * np.exp(stats[16:])
    torch.testing.assert_close(encoder(spec, None, noise, 0.3, g)[0].numpy(), expected, **CLOSE)
    mean = encoder(spec, None, noise, 0.0, g)
    torch.testing.assert_close(mean[0].numpy(), stats[:16], **CLOSE)


def test_flow_forward(model):
    z, g = normal(1, 16, 30), normal(1, 12, 1, seed=1)
    x = z[0].numpy()
    for coupling in model.flow.couplings:
        h = wavenet_by_hand(coupling.wavenet, conv(x[:8], *arrays(coupling.pre)), g[0].numpy())
        x = np.concatenate([x[:8], x[8:] + conv(h, *arrays(coupling.post))])[::-1]
    torch.testing.assert_close(model.flow(z, None, g)[0].numpy(), x.copy(), **CLOSE)


def test_flow_back_is_the_identity_for_the_same_voice_only(model):
    z, g, other = normal(2, 16, 30), normal(2, 12, 1, seed=1), normal(2, 12, 1, seed=2)
    mask = (torch.arange(30) < torch.tensor([[30], [20]])).double()[:, None]
    speaker_free = model.flow(z * mask, mask, g)
    torch.testing.assert_close(model.flow(speaker_free, mask, g, reverse=True), z * mask, **CLOSE)
    assert (model.flow(speaker_free, mask, other, reverse=True) - z * mask).abs().max() > 0.1


def transposed_by_zero_stuffing(x, layer):
    """Put zeros between inputs `stride` apart, and filter channel by channel with each kernel."""
    (stride,), (padding,), (taps,) = layer.stride, layer.padding, layer.kernel_size
    weight, bias = arrays(layer)
    length = x.shape[1] * stride
    stuffed = np.zeros((x.shape[0], length + taps))
    stuffed[:, :length:stride] = x
    out = np.tile(bias[:, None], length)
    for channel in range(x.shape[0]):
        for o in range(weight.shape[1]):
            out[o] += lfilter(weight[channel, o], [1.0], stuffed[channel])[padding : padding + length]
    return out


def test_generator(model):
    generator, g = model.generator, normal(1, 12, 1, seed=1)
    z = normal(1, 16, 9)
    x = conv(z[0].numpy(), *arrays(generator.conv_pre)) + conv(g[0].numpy(), *arrays(generator.cond))
    for i, up in enumerate(generator.ups):
        x = transposed_by_zero_stuffing(leaky(x, 0.1), up)
        results = []
        for block in generator.resblocks[3 * i : 3 * i + 3]:
            h = x
            for conv1, conv2 in zip(block.convs1, block.convs2, strict=True):
                t = conv(leaky(h, 0.1), *arrays(conv1), conv1.dilation[0])
                h = h + conv(leaky(t, 0.1), *arrays(conv2))
            results.append(h)
        x = np.mean(results, axis=0)
    expected = np.tanh(conv(leaky(x, 0.01), *arrays(generator.conv_post)))[0]
    torch.testing.assert_close(generator(z, g)[0].numpy(), expected, **CLOSE)


def test_generator_without_a_voice_is_the_generator_with_zeros(model):
    z = normal(1, 16, 9)
    torch.testing.assert_close(model.generator(z), model.generator(z, torch.zeros(1, 12, 1).double()), **CLOSE)


def test_tone_color_encoder(model):
    encoder = model.tone_color_encoder
    spec = normal(1, 513, 150).abs()
    x = spec[0].numpy().T
    x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    x = (x * encoder.layernorm.weight.numpy() + encoder.layernorm.bias.numpy())[None]  # [1, T, bins]
    for layer in encoder.convs:
        weight, bias = arrays(layer)
        rows, columns = (x.shape[1] + 1) // 2, (x.shape[2] + 1) // 2
        padded = np.pad(x, ((0, 0), (1, 2), (1, 2)))
        out = np.zeros((len(weight), rows, columns))
        for i in range(3):
            for j in range(3):
                picked = padded[:, i : i + 2 * rows : 2, j : j + 2 * columns : 2]
                out += np.einsum("oc,crk->ork", weight[:, :, i, j], picked)
        x = np.maximum(out + bias[:, None, None], 0)
    gru = {name: tensor.numpy() for name, tensor in encoder.gru.state_dict().items()}
    state = np.zeros(128)
    assert x.shape[1] == 3
    for step in range(x.shape[1]):
        inputs = gru["weight_ih_l0"] @ x[:, step].reshape(-1) + gru["bias_ih_l0"]
        memory = gru["weight_hh_l0"] @ state + gru["bias_hh_l0"]
        reset, update = (sigmoid(inputs[i : i + 128] + memory[i : i + 128]) for i in (0, 128))
        candidate = np.tanh(inputs[256:] + reset * memory[256:])
        state = (1 - update) * candidate + update * state
    expected = encoder.proj.weight.numpy() @ state + encoder.proj.bias.numpy()
    torch.testing.assert_close(encoder(spec)[0].numpy(), expected, **CLOSE)


@pytest.mark.parametrize("name", ["model", "v1_model"])
def test_a_padded_batch_equals_its_items(name, request):
    model = request.getfixturevalue(name)
    lengths = torch.tensor([256 * 40, 256 * 21 + 77, 1000])
    frames = lengths // 256
    waveform = normal(3, 256 * 40)  # noise after the ends, which must not change the result
    source, target, noise = normal(3, 12, seed=1), normal(3, 12, seed=2), normal(3, 16, 40, seed=3)
    together = model(waveform, source, target, noise, 0.3, lengths)
    embeddings = model.embed(waveform, lengths)
    for i, (length, count) in enumerate(zip(lengths.tolist(), frames.tolist(), strict=True)):
        item = (waveform[i : i + 1, :length], source[i : i + 1], target[i : i + 1], noise[i : i + 1, :, :count])
        alone = model(*item, 0.3)
        torch.testing.assert_close(together[i : i + 1, : count * 256], alone, **CLOSE)
        assert not together[i, count * 256 :].any()
        torch.testing.assert_close(embeddings[i : i + 1], model.embed(item[0]), **CLOSE)


def test_zero_g_hides_the_voices_from_encoder_and_generator(model, v1_model):
    waveform, noise = normal(1, 256 * 20), normal(1, 16, 20)
    zeros = torch.zeros(1, 12).double()
    spec = model.spectrogram(waveform)
    for name, made in (("v2", model), ("v1", v1_model)):
        encoded = [
            made.posterior_encoder(spec, None, noise, 0.3, made.speaker_conditioning(voice))
            for voice in (normal(1, 12), zeros)
        ]
        assert torch.equal(*encoded) == (name == "v2")


# ---- receptive field


def span(changed) -> tuple[int, int]:
    positions = changed.abs().flatten().nonzero().flatten()
    return int(positions.min()), int(positions.max())


@pytest.mark.parametrize("dilation_rate", [1, 2])
def test_receptive_field_of_encoder_and_flow_is_what_a_perturbation_shows(dilation_rate):
    model = converter(with_model(SMALL_CONFIG, wavenet_dilation_rate=dilation_rate))
    frames, middle = 201, 100
    spec, noise = normal(1, 513, frames).abs(), normal(1, 16, frames, seed=1)
    source, target = normal(1, 12, seed=2), normal(1, 12, seed=3)

    def latent(spec):
        return model.add_voice(model.remove_voice(spec, source, noise, 0.3), target)

    other = spec.clone()
    other[:, :, middle] += 1
    changed = (latent(other) - latent(spec)).abs().amax(1)
    assert span(changed) == (middle - model.latent_receptive_field, middle + model.latent_receptive_field)
    encoded = [model.posterior_encoder(x, None, noise, 0.3) for x in (spec, other)]
    receptive_field = model.posterior_encoder.receptive_field
    assert span((encoded[1] - encoded[0]).abs().amax(1)) == (middle - receptive_field, middle + receptive_field)


@pytest.mark.parametrize(
    "changes",
    [{}, {"upsample_rates": [4, 8, 8], "upsample_kernel_sizes": [8, 16, 16], "resblock_kernel_sizes": [3] * 3}],
)
def test_receptive_field_of_the_generator_is_what_a_perturbation_shows(changes):
    generator = converter(with_model(SMALL_CONFIG, **changes)).generator
    z = normal(1, 16, 41)
    other = z.clone()
    other[:, :, 20] += 1
    first, last = span(generator(other) - generator(z))
    assert generator.receptive_field == max(20 - first // 256, last // 256 - 20)


def test_receptive_fields_at_the_released_sizes():
    with torch.device("meta"):
        model = Converter(ConverterConfig.from_dict(V2_CONFIG))
    # figures measured on upstream's model by perturbation, in float64
    assert model.posterior_encoder.receptive_field == 32
    assert model.latent_receptive_field == 88
    assert model.generator.receptive_field == 13


# ---- the generator's fast form


@pytest.mark.parametrize("frames", [1, 8, 13, 37])
@pytest.mark.parametrize("name", ["model", "v1_model"])
def test_fast_generator_computes_the_same(frames, name, request):
    generator = request.getfixturevalue(name).generator
    z, g = normal(1, 16, frames), normal(1, 12, 1, seed=1) if name == "v1_model" else None
    torch.testing.assert_close(
        FastGenerator(generator, torch.float64)(z, g), generator(z, g).to(torch.float32), atol=1e-6, rtol=0
    )


def test_padded_sizes_are_few_and_close():
    sizes = [padded_size(n) for n in range(1, 4097)]
    assert all(0 <= size - n < max(8, n / 8) for n, size in enumerate(sizes, 1))
    assert len(set(sizes)) <= 60

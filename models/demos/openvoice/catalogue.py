# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""The released models: their names, pinned revisions, files and hashes. releases.py finds them on this machine."""

from models.tt_audio.host.release import Release

RELEASE = "myshell-ai/OpenVoiceV2"
SMALL = "small"  # the converter in this repository
# The base speaker of each language; an emotion needs OpenVoice V1's.
BASE_SPEAKERS = {
    "EN": "myshell-ai/MeloTTS-English",
    "ES": "myshell-ai/MeloTTS-Spanish",
    "FR": "myshell-ai/MeloTTS-French",
    "ZH": "myshell-ai/MeloTTS-Chinese",
    "JP": "myshell-ai/MeloTTS-Japanese",
    "KR": "myshell-ai/MeloTTS-Korean",
}
EMOTIONAL = "myshell-ai/OpenVoice"
BACKENDS = ("torch", "ttnn")  # pipeline.py opens them


_BASE_SPEAKERS = ("en-au", "en-br", "en-default", "en-india", "en-newest", "en-us", "es", "fr", "jp", "kr", "zh")


def _melo(revision: str, config: str = "", checkpoint: str = "") -> Release:
    hashes = {"config.json": config, "checkpoint.pth": checkpoint} if checkpoint else {}
    return Release(revision, ("config.json", "checkpoint.pth"), hashes)


RELEASES = {
    "myshell-ai/MeloTTS-English": _melo(
        "bb4fb7346d566d277ba8c8c7dbfdf6786139b8ef",
        "039116c927c70eaa4458d315ea83aaaa99e1fca1c621b50c8ca56b4a5700eb77",
        "acd278040eaf9536908e2b965273df5a731c44d8f0da66cc5fed7972772ed23c",
    ),
    "myshell-ai/MeloTTS-English-v3": _melo("f7c4a35392c0e9be24a755f1edb4c3f63040f759"),
    "myshell-ai/MeloTTS-Spanish": _melo(
        "dbb5496df39d11a66c1d5f5a9ca357c3c9fb95fb",
        "54488d922a2983f4d6a7f57158cc5f2714ea117994e1b22147a8579791554221",
        "9077a7e7e5fd8e42f3f922641c401f1936971c08465a3e7ccb19d57a659e72ae",
    ),
    "myshell-ai/MeloTTS-French": _melo(
        "1e9bf590262392d8bffb679b0a3b0c16b0f9fdaf",
        "361e84109451acb2f0331c2c9f3c5437e9a502380bbf8741b02545e41b062139",
        "fdf967d514f91582e451c482cab655e5d736821c3ba87ede8bb0625709642b29",
    ),
    "myshell-ai/MeloTTS-Chinese": _melo(
        "af5d207a364ea4208c6f589c89f57f88414bdd16",
        "d58b5acdab89ad2bbd65325affab309ae3cb964834b02f9a60587474e81c8bb9",
        "a74e9eadffff065c75eb6dfa040efa72cad23e72cfea70d39190bc174fb97093",
    ),
    "myshell-ai/MeloTTS-Japanese": _melo(
        "367f8795464b531b4e97c1515bddfc1243e60891",
        "207def0d31bf7623e20f4a5e690f217747661bf495319c0139303122b6debcc3",
        "96ae783e6ec0177aa810e2a645aec5d136a6f4992fdea26ee92b7b04d9688ad0",
    ),
    "myshell-ai/MeloTTS-Korean": _melo(
        "0207e5adfc90129a51b6b03d89be6d84360ed323",
        "74543376976dfadde45ba34336fa79c7e95509f43a7c2e701b22c0f71fd7695c",
        "48e3ff3fd0b5348e095f0468e60ae727507564100f58142ef3a922ead6e0a4d0",
    ),
    "myshell-ai/OpenVoiceV2": Release(
        revision="f36e7edfe1684461a8343844af60babc2efbb727",
        files=(
            "converter/config.json",
            "converter/checkpoint.pth",
            *(f"base_speakers/ses/{name}.pth" for name in _BASE_SPEAKERS),
        ),
        sha256={
            "converter/config.json": "9dfff60350b8c63f2c664efd92a61b2516efb22671466960f0e5dfebd881fa47",
            "converter/checkpoint.pth": "9652c27e92b6b2a91632590ac9962ef7ae2b712e5c5b7f4c34ec55ee2b37ab9e",
        },
    ),
}


# What `download` fetches: its argument -> the releases.
PARTS = {"converter": RELEASE, **BASE_SPEAKERS}
COMMAND = "python -m models.demos.openvoice.demo.demo download"


def get_command(name: str) -> str:
    """Return the command that fetches a release, for messages."""
    part = next((part for part, release in PARTS.items() if release == name), None)
    return f"`{COMMAND} {part}`" if part else f"`hf download {name}`"

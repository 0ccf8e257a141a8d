# SPDX-FileCopyrightText: © 2026 OpenVoice on Tenstorrent contributors
# SPDX-License-Identifier: Apache-2.0

"""BERT features: a small model in the real file format, missing files, and the repetition of features for phones."""

import json
import shutil

import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from models.demos.openvoice import bert_files
from models.demos.openvoice.bert_files import MODELS, BertError
from models.demos.openvoice.bert_loading import load
from models.demos.openvoice.reference.bert import phone_features

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "wor", "##ld", "##s", "!"]
PIECES = ["hello", "wor", "##ld", "##s", "!"]
WORD2PH = [3, 8, 2, 0, 4, 2, 2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write four narrow layers with the language model head, as in the published checkpoints."""
    return write_bert(tmp_path_factory.mktemp("bert"), width=768, layers=4)


def write_bert(folder, width, layers, **saving):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=16,
    )
    BertForMaskedLM(config).save_pretrained(folder, **saving)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return folder


@pytest.fixture(autouse=True)
def no_bert_on_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("OPENVOICE_HOME", str(tmp_path / "openvoice"))
    monkeypatch.setattr(bert_files, "snapshot_download", absent)
    monkeypatch.setattr(bert_files, "HfApi", lambda: pytest.fail("used the network"))


def features_of(bert, pieces, word2ph):
    return phone_features(bert.model, bert.pieces(pieces, word2ph))


def absent(*_, **__):
    raise bert_files.LocalEntryNotFoundError("absent")


def test_features_are_the_hidden_state_that_melotts_was_trained_on(folder):
    loaded = load("EN", folder)
    whole = BertForMaskedLM.from_pretrained(folder).eval()
    ids = loaded.tokenizer("hello worlds!", return_tensors="pt").input_ids
    with torch.no_grad():
        states = whole(ids, output_hidden_states=True).hidden_states[-3][0]
    assert len(loaded.model.encoder.layer) == 2
    result = features_of(loaded, PIECES, WORD2PH)
    expected = torch.cat([states[row].expand(count, -1) for row, count in enumerate(WORD2PH)]).T
    assert result.shape == (768, sum(WORD2PH))
    torch.testing.assert_close(result, expected, rtol=0, atol=1e-5)


def test_the_tokenizer_is_the_models_own(folder):
    assert load("EN", folder).tokenizer.tokenize("Hello worlds!") == PIECES


def test_unknown_pieces_are_read_as_unknown(folder):
    loaded = load("EN", folder)
    assert torch.equal(*(features_of(loaded, [piece], [1, 1, 1]) for piece in ("zebra", "[UNK]")))


def test_a_folder_below_home_is_found(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "openvoice" / "bert-base-japanese-v3")
    assert load("JP").width == 768


def test_the_hugging_face_cache_is_found(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(
        bert_files, "snapshot_download", lambda name, **options: asked.append((name, options)) or folder
    )
    load("EN")
    assert asked == [("bert-base-uncased", {"revision": MODELS["EN"].revision, "local_files_only": True})]


@pytest.mark.parametrize("language", MODELS)
def test_absent_files_are_named_with_size_and_remedy(language, expect_error):
    model = MODELS[language]
    with expect_error(
        BertError,
        rf"the BERT model {model.name} for {language} \(about {model.megabytes} MB\) is not on this machine: "
        rf".*({model.name}|demo download {language.removesuffix('_MIX_EN')})`.*bert='zeros'",
    ):
        load(language)


@pytest.mark.parametrize(
    "file, message",
    [
        ("config.json", "lacks config.json of the BERT model bert-base-uncased"),
        ("model.safetensors", "lacks model.safetensors or pytorch_model.bin of"),
        ("vocab.txt", "lacks tokenizer.json or vocab.txt of"),
    ],
)
def test_an_incomplete_folder_is_refused(folder, tmp_path, expect_error, file, message):
    broken = shutil.copytree(folder, tmp_path / "broken")
    (broken / file).unlink()
    with expect_error(BertError, message):
        load("EN", broken)


def test_a_damaged_weight_file_is_refused(folder, tmp_path, expect_error):
    broken = shutil.copytree(folder, tmp_path / "broken")
    (broken / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:1000])
    with expect_error(BertError, r"broken cannot be read as the BERT model bert-base-uncased"):
        load("EN", broken)


def test_a_checkpoint_that_lacks_tensors_is_refused(tmp_path, expect_error):
    complete = write_bert(tmp_path / "four", 768, 4)
    config = json.loads((complete / "config.json").read_text())
    (complete / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 7}))
    with expect_error(BertError, r"four lacks \d+ tensors of the BERT model .*layer\.4"):
        load("EN", complete)


def test_the_bert_of_another_language_is_refused_by_its_width(folder, expect_error):
    with expect_error(BertError, "holds a BERT of width 768 with 4 layers, MeloTTS needs .*roberta.* with width 1024"):
        load("ZH", folder)


def test_old_pickled_weights_are_read(tmp_path):
    old = write_bert(tmp_path / "old", 768, 3)
    torch.save(BertForMaskedLM.from_pretrained(old).state_dict(), old / "pytorch_model.bin")
    expected = features_of(load("FR", old), ["hello"], [1, 1, 1])
    (old / "model.safetensors").unlink()
    assert torch.equal(features_of(load("FR", old), ["hello"], [1, 1, 1]), expected)


def test_counts_that_do_not_fit_the_pieces_are_refused(folder, expect_error):
    with expect_error(ValueError, r"5 word pieces, \[CLS\] and \[SEP\] need as many phone counts, not 5"):
        load("EN", folder).pieces(PIECES, [1] * 5)


def test_a_sentence_beyond_berts_length_is_refused(folder, expect_error):
    with expect_error(BertError, "15 word pieces is too long for BERT's 16: split it"):
        load("EN", folder).pieces(["hello"] * 15, [1] * 17)


def test_zeros_are_a_choice_with_a_label(logged_warnings):
    assert load("ZH_MIX_EN", "zeros") is None
    assert len(logged_warnings) == 1 and "bert='zeros'" in logged_warnings[0]


def test_unknown_language_is_refused(expect_error):
    with expect_error(BertError, "no BERT model for language 'DE'; there is one for EN, ZH_MIX_EN"):
        load("DE")


def test_download_without_network_says_how_to_get_it(monkeypatch, expect_error):
    class Offline:
        def list_repo_files(self, *_, **__):
            raise OSError("no route to host")

    monkeypatch.setattr(bert_files, "HfApi", Offline)
    monkeypatch.setattr(bert_files, "reachable", lambda: True)
    with expect_error(
        BertError, r"kykim/bert-kor-base for KR \(about 475 MB\) cannot be downloaded \(OSError\): .*demo download KR`"
    ):
        bert_files.download("KR")


def test_download_takes_the_safer_weights_and_the_vocabulary(folder, monkeypatch):
    fetched = []

    class Hub:
        def list_repo_files(self, name, revision):
            return [
                "README.md",
                "config.json",
                "pytorch_model.bin",
                "model.safetensors",
                "vocab.txt",
                "onnx/config.json",
            ]

    def fetch(name, revision, files, download, to):
        fetched.extend(files)
        return [folder / file for file in files]

    monkeypatch.setattr(bert_files, "HfApi", Hub)
    monkeypatch.setattr(bert_files, "reachable", lambda: True)
    monkeypatch.setattr(bert_files, "files_of", fetch)
    assert bert_files.download("EN") == folder
    assert sorted(fetched) == ["config.json", "model.safetensors", "vocab.txt"]

